import type { IncomingMessage } from 'node:http'
import { wireError } from '../errors.ts'

/** The largest body taken, in bytes; the same limit holds for a message on a WebSocket. */
export const maxBodyBytes = 5 * 1024 * 1024

/**
 * Reads a JSON body; undefined when the request has none. Rejects INVALID_REQUEST or PAYLOAD_TOO_LARGE.
 * Only `application/json` is taken: a form of a foreign page cannot send that without asking first.
 */
export async function readJson(request: IncomingMessage): Promise<unknown> {
  const length = Number(request.headers['content-length'] ?? 0)
  if (length === 0 && request.headers['transfer-encoding'] === undefined) return undefined
  if (length > maxBodyBytes) throw tooLarge()
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase()
  if (type !== undefined && type !== 'application/json' && !type.endsWith('+json')) {
    throw wireError('INVALID_REQUEST', `The body must be JSON with Content-Type: application/json, not ${type}.`)
  }
  if (request.headers['content-encoding'] !== undefined) {
    throw wireError('INVALID_REQUEST', 'The body must not be compressed. Send it without Content-Encoding.')
  }
  const text = decode(await collect(request))
  if (text === '') return undefined
  try {
    return JSON.parse(text) as unknown
  } catch (error) {
    const reason = error instanceof Error ? error.message : ''
    throw wireError('INVALID_REQUEST', `The body is not valid JSON: ${reason}.`)
  }
}

async function collect(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > maxBodyBytes) throw tooLarge()
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    throw wireError('INVALID_REQUEST', 'The body is not valid UTF-8.')
  }
}

function tooLarge() {
  return wireError('PAYLOAD_TOO_LARGE', `The body is larger than ${maxBodyBytes / 1024 / 1024} MB.`)
}
