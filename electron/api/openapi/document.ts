import { OpenAPIGenerator } from '@orpc/openapi'
import { contract } from '../../contract/contract.ts'
import { errorCodes, type ErrorCode } from '../../contract/errors.ts'
import { problemContentType, titleOf } from '../http/problem.ts'
import { apiPrefix, listRoutes, type Route } from '../http/routes.ts'
import { commonSchemas } from './components.ts'
import { createJsonSchemaConverter } from './json-schema-converter.ts'
import { commonErrors, operationNotes } from './operations.ts'
import { outsidePaths } from './outside-paths.ts'

export type OpenApiDocument = Awaited<ReturnType<OpenAPIGenerator['generate']>>
type Operation = NonNullable<NonNullable<NonNullable<OpenApiDocument['paths']>[string]>['get']>

/** The OpenAPI 3.1 document of the REST door, made from the contract: it cannot tell anything else. */
export async function createOpenApiDocument(version: string): Promise<OpenApiDocument> {
  const document = await new OpenAPIGenerator({ schemaConverters: [createJsonSchemaConverter()] }).generate(contract, {
    info: {
      title: 'Toril',
      version,
      description:
        'Enqueue jobs, follow them, cancel them, and change the pool and the queue while work goes on. Times are ' +
        'ISO 8601 in UTC, durations are in milliseconds, sizes in bytes. Every error is a problem document with a ' +
        '`code` to branch on and a `message` for people.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    servers: [{ url: apiPrefix }],
    security: [{ bearer: [] }],
    tags: [
      { name: 'Jobs', description: 'Requests to run a job type with an input.' },
      { name: 'Job types', description: 'What the runner can run.' },
      { name: 'Queue', description: 'Where jobs wait.' },
      { name: 'Preferences', description: 'The settings of pool, queue and panel.' },
      { name: 'Profiles', description: 'Connections: where jobs wait and where their history is kept.' },
      { name: 'Threads', description: 'Where attempts run.' },
      { name: 'Runners', description: 'The processes that share the queue.' },
      { name: 'System', description: 'The runner itself.' },
    ],
    commonSchemas,
  })
  document.components = {
    ...document.components,
    securitySchemes: {
      bearer: {
        type: 'http',
        scheme: 'bearer',
        description: 'The token that `toril serve` prints; it also stands in `runner.json` of the data folder.',
      },
    },
  }
  for (const route of listRoutes()) complete(document, route)
  shareJobPath(document)
  document.paths = { ...document.paths, ...outsidePaths }
  return document
}

/**
 * `POST /jobs/{type}` and `GET /jobs/{id}` differ in the name of the parameter alone, which OpenAPI takes for
 * one path written twice and forbids: they stand together, and the parameter says what it is for each.
 */
function shareJobPath(document: OpenApiDocument): void {
  const { '/jobs/{type}': byType, ...paths } = document.paths ?? {}
  if (byType?.post === undefined) return
  const id = { name: 'id', in: 'path', required: true, schema: { type: 'string' as const, minLength: 1 } }
  const parameters = [{ ...id, description: 'Here the name of a job type, e.g. `add-two-numbers`.' }]
  document.paths = { ...paths, '/jobs/{id}': { ...paths['/jobs/{id}'], post: { ...byType.post, parameters } } }
}

function complete(document: OpenApiDocument, route: Route): void {
  const method = route.method.toLowerCase() as 'get' | 'post' | 'patch' | 'delete'
  const operation: Operation | undefined = document.paths?.[route.path]?.[method]
  if (operation === undefined) return
  const notes = operationNotes[route.operation]
  if (notes?.description !== undefined) operation.description = notes.description
  const body = operation.requestBody
  const json = body !== undefined && 'content' in body ? body.content['application/json'] : undefined
  if (json !== undefined && notes?.examples !== undefined) json.examples = notes.examples
  for (const parameter of operation.parameters ?? []) {
    // The REST door takes a list as one text with commas, which is what people type.
    if ('schema' in parameter && parameter.style === 'deepObject')
      Object.assign(parameter, { style: 'form', explode: false })
  }
  const nothing = operation.responses?.['204']
  if (nothing !== undefined && 'description' in nothing) {
    operation.responses = { ...operation.responses, '204': { description: 'Done.' } }
  }
  operation.responses = { ...operation.responses, ...problems([...commonErrors, ...(notes?.errors ?? [])]) }
}

/** One response a status, naming the codes that have it, with an example of each. */
function problems(codes: readonly ErrorCode[]): NonNullable<Operation['responses']> {
  const byStatus = Map.groupBy(codes, (code) => errorCodes[code].status)
  return Object.fromEntries(
    [...byStatus].map(([status, sharing]) => [
      String(status),
      {
        description: sharing.map((code) => `\`${code}\`: ${errorCodes[code].meaning}`).join('\n\n'),
        content: {
          [problemContentType]: {
            schema: { $ref: '#/components/schemas/Problem' },
            examples: Object.fromEntries(sharing.map((code) => [code, { value: exampleOf(code) }])),
          },
        },
      },
    ]),
  )
}

function exampleOf(code: ErrorCode) {
  const { status, meaning } = errorCodes[code]
  return { type: `urn:toril:error:${code}`, title: titleOf(code), status, code, message: meaning, detail: meaning }
}
