/** The requests of the tests. */
type Handler = (request: Request) => Promise<Response>

/** Holds a seat, and reads the state of its guest's row as soon as it includes the hold. */
export const holdAndRead = async (handler: Handler): Promise<unknown> => {
  const held = await handler(
    new Request("http://localhost/seat/12A/Hold", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify({ guest: "ada" })
    })
  )
  const position = held.headers.get("refold-position")
  const row = await handler(new Request(`http://localhost/rows/guests/ada?after=${position}`))
  const { state } = (await row.json()) as { readonly state: unknown }
  return state
}
