import type { IncomingMessage, ServerResponse } from 'node:http'
import { OpenAPIHandler } from '@orpc/openapi/node'
import type { ApiContext, Log } from '../context.ts'
import { isWireError, wireError } from '../errors.ts'
import { coerceDecoding, coerceErrors } from '../interceptors.ts'
import type { ApiRouter } from '../router/create-router.ts'
import { asAttachment } from './attachment.ts'
import { readJson } from './body.ts'
import { problemContentType, problemOf } from './problem.ts'
import { apiPrefix, createPathLookup, listRoutes } from './routes.ts'

/** A line of comment this often keeps proxies from closing a silent stream of events. */
const keepAliveMs = 10_000

/** Takes a request whose path lies below the prefix. Rejects with a WireError. */
export type RestDoor = (request: IncomingMessage, response: ServerResponse, path: string) => Promise<void>

export function createRestDoor(router: ApiRouter, log: Log): RestDoor {
  const infoOf = createPathLookup(listRoutes())
  const handler = new OpenAPIHandler<ApiContext>(router, {
    clientInterceptors: [coerceErrors(log)],
    interceptors: [coerceDecoding],
    rootInterceptors: [asProblem, asAttachment],
    customErrorResponseBodyEncoder: (error) => (isWireError(error) ? problemOf(error) : undefined),
    eventIteratorKeepAliveInterval: keepAliveMs,
  })

  return async (request, response, path) => {
    const { methods, streams } = infoOf(path)
    const { method = 'GET' } = request
    if (methods.length === 0) throw wireError('NOT_FOUND', `There is no ${apiPrefix}${path}. See ${apiPrefix}/docs.`)
    if (method === 'OPTIONS') {
      response.writeHead(204, { allow: methods.join(', ') })
      response.end()
      return
    }
    if (!methods.includes(method)) {
      response.setHeader('allow', methods.join(', '))
      throw wireError('METHOD_NOT_ALLOWED', `${method} is not allowed here. Use ${methods.join(', ')}.`)
    }
    response.setHeader('cache-control', 'no-store')
    const bearsJson = method !== 'GET' && method !== 'HEAD'
    const body = bearsJson ? await readJson(request) : undefined
    if (body !== undefined) rejectNonObject(path, body)
    if (method === 'HEAD') {
      // Nobody would read the stream, and it would run on unseen.
      if (streams) {
        response.writeHead(200, { 'content-type': 'text/event-stream' })
        response.end()
        return
      }
      // Node sends no body on HEAD whatever is written, so GET's answer gives the right headers.
      request.method = 'GET'
    }
    const by = request.headers['x-toril-client'] === 'cli' ? 'cli' : 'rest'
    await handler.handle(Object.assign(request, body === undefined ? {} : { body }), response, {
      prefix: apiPrefix,
      context: { by },
    })
  }
}

/**
 * Where the path holds the id, oRPC would take a body that is no object for none at all, and do something
 * the caller did not ask for. The body of `POST /jobs/{type}` is the input, which may be any JSON.
 */
function rejectNonObject(path: string, body: unknown): void {
  const isInput = /^\/jobs\/[^/]+\/?$/.test(path)
  if (!isInput && (typeof body !== 'object' || body === null || Array.isArray(body))) {
    throw wireError('INVALID_REQUEST', 'The body must be a JSON object.')
  }
}

interface Answer {
  response?: { status: number; headers: Record<string, string | string[] | undefined>; body: unknown } | undefined
}

/** Gives an error its own media type. As a stream, because oRPC names every plain body `application/json`. */
async function asProblem<Result extends Answer>({ next }: { next(): Promise<Result> }): Promise<Result> {
  const result = await next()
  if (result.response === undefined || result.response.status < 400) return result
  const { response } = result
  const headers = { ...response.headers, 'content-type': problemContentType }
  return { ...result, response: { ...response, headers, body: new Response(JSON.stringify(response.body)).body } }
}
