import type { ServerResponse } from 'node:http'
import { errorCodes, type ErrorCode, type Problem } from '../../contract/errors.ts'
import type { WireError } from '../errors.ts'

export const problemContentType = 'application/problem+json'

/** The short title of a code, e.g. `Job not found`. */
export function titleOf(code: ErrorCode): string {
  return code.charAt(0) + code.slice(1).toLowerCase().replaceAll('_', ' ')
}

/** Problem details (RFC 9457). `type` is no address to open: it only tells codes apart. */
export function problemOf(error: WireError): Problem {
  return {
    type: `urn:toril:error:${error.code}`,
    title: titleOf(error.code),
    status: errorCodes[error.code].status,
    code: error.code,
    message: error.message,
    detail: error.message,
    ...(error.data?.issues === undefined ? {} : { issues: error.data.issues }),
  }
}

/** Answers with a problem. When a body was refused half-read, the connection cannot be used further. */
export function sendProblem(response: ServerResponse, error: WireError, headers: Record<string, string> = {}): void {
  if (response.headersSent) {
    response.destroy()
    return
  }
  const body = JSON.stringify(problemOf(error))
  response.writeHead(errorCodes[error.code].status, {
    'content-type': problemContentType,
    'content-length': Buffer.byteLength(body),
    'cache-control': 'no-store',
    ...(error.code === 'UNAUTHORIZED' ? { 'www-authenticate': 'Bearer realm="toril"' } : {}),
    ...(response.req.complete ? {} : { connection: 'close' }),
    ...headers,
  })
  response.end(body)
}
