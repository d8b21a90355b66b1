import { validate } from '@scalar/openapi-parser'
import { beforeAll, describe, expect, test } from 'vitest'
import { errorCodes } from '../../electron/contract/errors.ts'
import { listRoutes } from '../../electron/api/http/routes.ts'
import { createOpenApiDocument, type OpenApiDocument } from '../../electron/api/openapi/document.ts'

let document: OpenApiDocument
beforeAll(async () => {
  document = await createOpenApiDocument('1.2.3')
})

/** A path with its parameters' names taken away, as OpenAPI compares them. */
const anonymous = (path: string) => path.replace(/\{[^}]+\}/g, '{}')

describe('the OpenAPI document', () => {
  test('is valid OpenAPI 3.1', async () => {
    expect(document.openapi).toBe('3.1.1')
    expect(await validate(JSON.stringify(document))).toMatchObject({ valid: true, errors: [] })
  })

  test('has no path twice', () => {
    const paths = Object.keys(document.paths ?? {}).map(anonymous)
    expect(paths).toHaveLength(new Set(paths).size)
  })

  test('lists every route of the contract, with a summary and its errors', () => {
    const listed = Object.entries(document.paths ?? {}).flatMap(([path, item]) =>
      (['get', 'post', 'patch', 'delete', 'put'] as const).flatMap((method) => {
        const operation = item?.[method]
        return operation === undefined ? [] : [{ key: `${method.toUpperCase()} ${anonymous(path)}`, operation }]
      }),
    )
    for (const { method, path, operation: operationId } of listRoutes()) {
      const found = listed.find(({ key }) => key === `${method} ${anonymous(path)}`)
      expect(found?.operation).toMatchObject({ operationId, summary: expect.stringMatching(/./) as string })
      expect(Object.keys(found?.operation.responses ?? {})).toEqual(
        expect.arrayContaining(['400', '401', '403', '500']),
      )
    }
    expect(listed).toHaveLength(listRoutes().length + 2)
  })

  test('describes errors as problem documents and names every code once per operation', () => {
    const text = JSON.stringify(document.paths)
    expect(text).toContain('application/problem+json')
    for (const code of Object.keys(errorCodes).filter((name) => name !== 'NOT_FOUND')) expect(text).toContain(code)
  })

  test('asks for the bearer token, has examples, and describes the streams', () => {
    expect(document.security).toEqual([{ bearer: [] }])
    expect(document.components?.securitySchemes?.['bearer']).toMatchObject({ type: 'http', scheme: 'bearer' })
    const enqueue = JSON.stringify(document.paths?.['/jobs']?.post?.requestBody)
    expect(enqueue).toContain('"add-two-numbers"')
    const events = document.paths?.['/jobs/{id}/events']?.get
    expect(JSON.stringify(events?.responses?.['200'])).toContain('text/event-stream')
    expect(document.paths?.['/health']?.get?.security).toEqual([])
  })
})
