/** Files that the page loads. */

/** Loads a file. Rejects where the server does not have it. */
export const get = async (address: string): Promise<Response> => {
  const response = await fetch(address)
  if (!response.ok) throw new Error(`${address}: ${response.status}`)
  return response
}
