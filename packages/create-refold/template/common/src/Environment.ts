/** The settings of the environment: PORT and HOST of the server. Store.ts reads DATABASE_URL. */
const port = Number(process.env["PORT"] ?? "3000")
if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error("PORT must be a whole number from 0 to 65535")

/** The address of the server: loopback, unless HOST names another one, such as 0.0.0.0 in a container. */
export const address = { port, host: process.env["HOST"] ?? "127.0.0.1" }
