import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { problemSchema } from '../../electron/contract/errors.ts'
import { jsonHeaders, openDoor, type Door } from './http-fixture.ts'

let door: Door
beforeAll(async () => {
  door = await openDoor()
})
afterAll(() => door.close())

const post = (path: string, body: unknown) =>
  door.call('POST', path, { body: JSON.stringify(body), headers: jsonHeaders })

describe('an error over REST', () => {
  test('is a problem document with its own media type', async () => {
    const answer = await door.call('GET', '/api/v1/jobs/none')
    expect(answer.status).toBe(404)
    expect(answer.headers['content-type']).toBe('application/problem+json')
    expect(problemSchema.parse(answer.json)).toEqual({
      type: 'urn:toril:error:JOB_NOT_FOUND',
      title: 'Job not found',
      status: 404,
      code: 'JOB_NOT_FOUND',
      message: 'There is no job none.',
      detail: 'There is no job none.',
    })
  })

  test('that is unexpected tells nothing of its cause and is logged', async () => {
    const answer = await door.call('POST', '/api/v1/jobs/1/retry')
    expect(answer.status).toBe(500)
    expect(answer.json['code']).toBe('INTERNAL')
    expect(answer.text).not.toContain('secret')
    expect(door.lines.join('\n')).toContain('jobs.retry failed: Error: secret detail')
  })

  test.each([
    ['an unknown path', 'GET', '/api/v1/nothing', 404, 'NOT_FOUND'],
    ['the prefix alone', 'GET', '/api/v1', 404, 'NOT_FOUND'],
    ['a method of another path', 'PUT', '/api/v1/jobs', 405, 'METHOD_NOT_ALLOWED'],
    ['a post to the document', 'POST', '/api/v1/openapi.json', 405, 'METHOD_NOT_ALLOWED'],
    ['a query that is no number', 'GET', '/api/v1/jobs?limit=many', 400, 'INVALID_REQUEST'],
    ['a state that does not exist', 'GET', '/api/v1/jobs?state=lost', 400, 'INVALID_REQUEST'],
    ['a broken escape', 'GET', '/api/v1/%zz', 404, 'NOT_FOUND'],
  ])('%s has its status and code', async (_name, method, path, status, code) => {
    const answer = await door.call(method, path)
    expect([answer.status, answer.json['code']]).toEqual([status, code])
    expect(problemSchema.safeParse(answer.json).success).toBe(true)
  })

  test('of a wrong method lists those that are right', async () => {
    expect((await door.call('PUT', '/api/v1/jobs')).headers['allow']).toBe('POST, GET, HEAD, OPTIONS')
    expect((await door.call('PATCH', '/api/v1/jobs/1')).headers['allow']).toBe('POST, GET, DELETE, HEAD, OPTIONS')
  })
})

describe('a body', () => {
  test.each([
    ['cut short', '{"type":', /^The body is not valid JSON: /],
    ['empty text', '   ', /^The body is not valid JSON: /],
    ['with broken UTF-8', Buffer.from([0x22, 0xff, 0x22]), /^The body is not valid UTF-8\.$/],
  ])('%s is refused as malformed', async (_name, body, message) => {
    const answer = await door.call('POST', '/api/v1/jobs', { body, headers: jsonHeaders })
    expect([answer.status, answer.json['code']]).toEqual([400, 'INVALID_REQUEST'])
    expect(answer.json['message']).toMatch(message)
  })

  test.each([
    ['nothing at all', undefined, 'The request must be an object.'],
    ['a missing type', { input: {} }, 'type is required.'],
    ['a missing input', { type: 'x' }, 'input is required.'],
    ['a type that is a number', { type: 1, input: {} }, 'type must be text.'],
    ['a field that does not exist', { type: 'x', input: {}, inputs: 1 }, 'inputs is not a known field.'],
    ['a wrong option', { type: 'x', input: {}, options: { attempts: 0 } }, 'options.attempts must be at least 1.'],
    ['an unknown option', { type: 'x', input: {}, options: { tries: 1 } }, 'options.tries is not a known field.'],
    [
      'a timeout that no timer keeps',
      { type: 'x', input: {}, options: { timeoutMs: 2 ** 31 } },
      'options.timeoutMs must be at most 2073600000.',
    ],
    [
      'a delay past all dates',
      { type: 'x', input: {}, options: { delayMs: 2 ** 50 } },
      'options.delayMs must be at most 315360000000.',
    ],
    [
      'a wrong backoff',
      { type: 'x', input: {}, options: { backoff: { type: 'linear', delayMs: 1 } } },
      'options.backoff.type must be one of exponential, fixed.',
    ],
    ['two wrong fields', { type: '', input: {}, options: { priority: -1 } }, /^type .*, and 1 more field is wrong\.$/],
  ])('with %s names the field', async (_name, body, message) => {
    const answer = body === undefined ? await door.call('POST', '/api/v1/jobs') : await post('/api/v1/jobs', body)
    expect([answer.status, answer.json['code']]).toEqual([400, 'INVALID_REQUEST'])
    expect(answer.json['message']).toEqual(typeof message === 'string' ? message : expect.stringMatching(message))
    expect(answer.json['issues']).toBeInstanceOf(Array)
  })

  test('with wrong preferences is 422 and names the field', async () => {
    const body = JSON.stringify({ pool: { maxThreads: 'many' } })
    const answer = await door.call('PATCH', '/api/v1/preferences', { body, headers: jsonHeaders })
    expect([answer.status, answer.json['code']]).toEqual([422, 'INVALID_PREFERENCES'])
    expect(answer.json['message']).toBe('pool.maxThreads must be a number.')
    expect(answer.json['issues']).toEqual([{ path: ['pool', 'maxThreads'], message: 'must be a number' }])
  })

  test('with an idle time that no timer keeps is refused', async () => {
    const body = JSON.stringify({ pool: { idleTimeoutMs: 2 ** 31 } })
    const answer = await door.call('PATCH', '/api/v1/preferences', { body, headers: jsonHeaders })
    expect(answer.json['message']).toBe('pool.idleTimeoutMs must be at most 2073600000.')
  })

  test('that is no object is not taken for an empty one', async () => {
    const answer = await post('/api/v1/jobs/1/cancel', ['now'])
    expect([answer.status, answer.json['message']]).toEqual([400, 'The body must be a JSON object.'])
  })

  test('larger than 5 MB is refused, whether it says its length or not', async () => {
    const body = JSON.stringify({ type: 'x', input: 'x'.repeat(5 * 1024 * 1024) })
    const headers = { ...jsonHeaders, 'content-length': String(body.length) }
    expect((await door.call('POST', '/api/v1/jobs', { body, headers })).status).toBe(413)
    const chunked = { ...jsonHeaders, 'transfer-encoding': 'chunked' }
    const answer = await door.call('POST', '/api/v1/jobs', { body, headers: chunked })
    expect([answer.status, answer.json['code']]).toEqual([413, 'PAYLOAD_TOO_LARGE'])
  })

  test('that is a form is refused with what to send instead', async () => {
    const headers = { 'content-type': 'application/x-www-form-urlencoded' }
    const answer = await door.call('POST', '/api/v1/jobs', { body: '{"type":"x","input":1}', headers })
    expect(answer.status).toBe(400)
    expect(answer.json['message']).toContain('Content-Type: application/json')
  })

  test('of POST /jobs/{type} is the input, whatever JSON it is', async () => {
    for (const input of [null, 0, 'text', [1], { a: { b: [] } }]) {
      const answer = await post('/api/v1/jobs/some-type', input)
      expect(answer.status).toBe(201)
      expect(answer.json).toMatchObject({ type: 'some-type', input })
    }
  })
})

describe('HEAD and OPTIONS', () => {
  test('HEAD answers as GET does, without the body', async () => {
    const answer = await door.call('HEAD', '/api/v1/queue')
    expect([answer.status, answer.text]).toEqual([200, ''])
    expect((await door.call('HEAD', '/api/v1/jobs/none')).status).toBe(404)
    expect((await door.call('HEAD', '/api/v1/jobs/1/events')).headers['content-type']).toBe('text/event-stream')
  })

  test('OPTIONS tells the methods of a path and lets no other origin in', async () => {
    const answer = await door.call('OPTIONS', '/api/v1/jobs/1/cancel')
    expect([answer.status, answer.headers['allow']]).toEqual([204, 'POST, OPTIONS'])
    expect(answer.headers['access-control-allow-origin']).toBeUndefined()
  })
})
