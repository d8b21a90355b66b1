import type { ServerResponse } from 'node:http'
import type { Health } from '../../runner/runner.ts'

export function send(response: ServerResponse, type: string, body: string, status = 200): void {
  const length = Buffer.byteLength(body)
  response.writeHead(status, { 'content-type': type, 'content-length': length, 'cache-control': 'no-store' })
  response.end(body)
}

export function sendHealth(response: ServerResponse, health: Health, version: string): void {
  const { ready, reasons, queue, database } = health
  send(response, 'application/json', JSON.stringify({ ready, reasons, queue, database, version }), ready ? 200 : 503)
}
