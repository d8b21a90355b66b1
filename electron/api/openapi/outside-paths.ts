import type { OpenAPIGenerator } from '@orpc/openapi'

type Paths = NonNullable<Awaited<ReturnType<OpenAPIGenerator['generate']>>['paths']>

const servers = [{ url: '/' }]
const healthContent = {
  'application/json': {
    schema: {
      type: 'object' as const,
      properties: {
        ready: { type: 'boolean' as const },
        reasons: { type: 'array' as const, items: { type: 'string' as const } },
        queue: { enum: ['ok', 'unreachable'] },
        database: { enum: ['ok', 'unreachable'] },
        version: { type: 'string' as const },
      },
      required: ['ready', 'reasons', 'queue', 'database', 'version'],
    },
  },
}

/** What lies beside the versioned api, for monitors. */
export const outsidePaths: Paths = {
  '/health': {
    servers,
    get: {
      operationId: 'health',
      summary: 'Whether the runner is ready, or why it is not',
      tags: ['System'],
      security: [],
      responses: {
        200: { description: 'Ready.', content: healthContent },
        503: { description: 'Not ready; `reasons` has a sentence for each part.', content: healthContent },
      },
    },
  },
  '/metrics': {
    servers,
    get: {
      operationId: 'metrics',
      summary: 'Numbers of the runner and its process for Prometheus',
      tags: ['System'],
      responses: {
        200: { description: 'Prometheus text.', content: { 'text/plain': { schema: { type: 'string' } } } },
        401: { description: 'The token is missing or wrong.' },
      },
    },
  },
}
