import type { ServerResponse } from 'node:http'

/** Headers of every answer. Scripts and styles come from here alone; only Mantine's inline styles are let in. */
export const securityHeaders: Readonly<Record<string, string>> = {
  'content-security-policy': [
    "default-src 'self'",
    "script-src 'self'",
    "style-src 'self' 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self' data:",
    // WebSockets of the same host and port too, in every browser of the last years.
    "connect-src 'self'",
    "base-uri 'none'",
    "object-src 'none'",
    "form-action 'self'",
    "frame-ancestors 'none'",
  ].join('; '),
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
}

/** A small page without the panel: for what must be said before it can be shown. `body` is trusted HTML. */
export function sendPage(response: ServerResponse, status: number, title: string, body: string): void {
  const html = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <link rel="icon" href="data:,">
    <title>${title}</title>
    <style>
      :root { color-scheme: dark light; font: 14px/1.5 ui-sans-serif, system-ui, sans-serif; }
      body { max-width: 32rem; margin: 18vh auto 0; padding: 0 1.5rem; }
      h1 { font-size: 1.25rem; font-weight: 600; }
      form { display: flex; gap: 0.5rem; margin-top: 1.5rem; }
      label { position: absolute; clip-path: inset(50%); }
      input { flex: 1; min-width: 0; }
      input, button { font: inherit; padding: 0.4rem 0.7rem; }
      code { font-family: ui-monospace, monospace; }
      [role='alert'] { color: light-dark(#b42318, #ff8a80); }
    </style>
  </head>
  <body>
    <main>
      <h1>${title}</h1>
      ${body}
    </main>
  </body>
</html>
`
  response.writeHead(status, {
    'content-type': 'text/html; charset=utf-8',
    'content-length': Buffer.byteLength(html),
    'cache-control': 'no-store',
    ...(status === 401 ? { 'www-authenticate': 'Bearer realm="toril"' } : {}),
  })
  response.end(html)
}

/** Asks for the token; sent instead of the panel to a browser that has none. */
export function sendTokenPage(response: ServerResponse, path: string, wrong: boolean): void {
  const alert = wrong ? '<p role="alert">This token is not the one of the running Toril.</p>' : ''
  sendPage(
    response,
    401,
    'Toril needs its token',
    `${alert}<p>Open the address that <code>toril serve</code> printed, or enter its token here.</p>
      <form action="${escapeHtml(path)}" method="get">
        <label for="token">Token</label>
        <input id="token" name="token" type="password" autocomplete="off" required autofocus>
        <button>Open the panel</button>
      </form>`,
  )
}

function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('"', '&quot;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
