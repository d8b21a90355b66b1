import { readFile } from 'node:fs/promises'
import type { ServerResponse } from 'node:http'
import { apiPrefix } from './routes.ts'

/** The reference page and its two scripts, all served from here: it works without a network. */
export interface ReferenceDoor {
  /** Answers false when `path` is not one of its own. */
  serve(response: ServerResponse, path: string): Promise<boolean>
}

const scriptPath = '/docs/standalone.js'
const setUpPath = '/docs/set-up.js'

const page = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <link rel="icon" href="data:,">
    <title>Toril API</title>
  </head>
  <body>
    <div id="app"></div>
    <script src="${scriptPath}"></script>
    <script src="${setUpPath}"></script>
  </body>
</html>
`

/** Everything that would reach for a foreign host is off; the policy of the page would stop it anyway. */
const configuration = {
  url: `${apiPrefix}/openapi.json`,
  withDefaultFonts: false,
  telemetry: false,
  showDeveloperTools: 'never',
  hideClientButton: true,
  agent: { disabled: true, hideAddApi: true },
  mcp: { disabled: true },
  documentDownloadType: 'none',
  metaData: { title: 'Toril API' },
}

const setUp = `Scalar.createApiReference('#app', ${JSON.stringify(configuration)})\n`

/** `file` is Scalar's one-file bundle. */
export function createReferenceDoor(file: string | undefined): ReferenceDoor {
  return {
    async serve(response, path) {
      if (path === '/docs' || path === '/docs/' || path === `${apiPrefix}/docs`) {
        send(response, 'text/html; charset=utf-8', page)
      } else if (path === setUpPath) {
        send(response, 'text/javascript; charset=utf-8', setUp)
      } else if (path === scriptPath && file !== undefined) {
        send(response, 'text/javascript; charset=utf-8', await readFile(file))
      } else {
        return false
      }
      return true
    },
  }
}

function send(response: ServerResponse, type: string, content: string | Buffer): void {
  response.writeHead(200, {
    'content-type': type,
    'content-length': Buffer.byteLength(content),
    'cache-control': 'no-cache',
  })
  response.end(content)
}
