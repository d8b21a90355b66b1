/** `http://host:port` as another program on this machine reaches what listens on `host`. */
export function addressOf(host: string, port: number): string {
  return `http://${reachable(host)}:${port}`
}

function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::') return '[::1]'
  return host.includes(':') ? `[${host}]` : host
}
