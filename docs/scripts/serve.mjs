// Serves a folder of built pages on loopback: node serve.mjs <folder>, on port 4321 or on that of PORT.
// With --check it only looks whether the port is free, so that a build that nothing can serve does not begin.
import { existsSync } from "node:fs"
import { readFile } from "node:fs/promises"
import { createServer } from "node:http"
import { extname, join, normalize } from "node:path"

const host = "127.0.0.1"
const types = {
  ".css": "text/css",
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript",
  ".json": "application/json",
  ".svg": "image/svg+xml",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
  ".xml": "application/xml"
}

/** The file of a path: `/start/` is `start/index.html`. Normalized below the root, so no path leaves the folder. */
const fileOf = (folder, url) => {
  const path = normalize(decodeURIComponent(new URL(url, `http://${host}`).pathname))
  return join(folder, path.endsWith("/") ? `${path}index.html` : path)
}

const answer = async (folder, request, response) => {
  const send = async (status, file) => {
    const body = await readFile(file)
    response.writeHead(status, { "content-type": types[extname(file)] ?? "application/octet-stream" }).end(body)
  }
  try {
    const file = fileOf(folder, request.url)
    if (extname(file) === "")
      return response.writeHead(301, { location: `${new URL(request.url, `http://${host}`).pathname}/` }).end()
    await send(200, file)
  } catch {
    await send(404, join(folder, "404.html")).catch(() => response.writeHead(404).end())
  }
}

const stop = (message) => {
  process.stderr.write(`docs: ${message}\n`)
  process.exit(2)
}

const [folder] = process.argv.slice(2)
const port = Number(process.env.PORT ?? 4321)
if (folder === undefined) stop("name the folder to serve, or --check")
if (!Number.isInteger(port) || port < 0 || port > 65535)
  stop(`PORT must be an integer from 0 to 65535, but is "${process.env.PORT}"`)
if (folder !== "--check" && !existsSync(join(folder, "index.html"))) {
  stop(`${folder} has no index.html; build the site first: npm run docs:build`)
}

const server = createServer((request, response) => void answer(folder, request, response))
server.on(
  "error",
  ({ code, message }) =>
    stop(code === "EADDRINUSE" ? `port ${port} of ${host} is in use; name another: PORT=4322 npm run docs` : message)
)
server.listen(port, host, () => {
  if (folder === "--check") return server.close()
  process.stdout.write(`The site is at http://${host}:${server.address().port}/ until you press Ctrl+C.\n`)
})
