/** `tidy-photos` as a title: Tidy photos. */
function titleOf(name: string): string {
  const words = name.replaceAll(/[-._]/g, ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/** A job file that runs as it is, and shows what there is to use. */
export function jobTemplate(name: string): string {
  return `import type { Job } from 'toril'

interface Input {
  names: string[]
}

interface Output {
  greetings: string[]
}

export default {
  name: '${name}',
  title: '${titleOf(name)}',
  description: 'Greets everybody by name.',
  // JSON Schema, or a schema of zod, valibot or arktype. The panel makes the form of it.
  input: {
    type: 'object',
    properties: { names: { type: 'array', items: { type: 'string', minLength: 1 } } },
    required: ['names'],
    additionalProperties: false,
  },
  output: {
    type: 'object',
    properties: { greetings: { type: 'array', items: { type: 'string' } } },
    required: ['greetings'],
  },
  defaults: { attempts: 3, timeoutMs: 60_000 },
  example: { names: ['Manolete', 'Islero'] },
  async run({ names }, { signal, progress, log }) {
    const greetings: string[] = []
    for (const name of names) {
      // Cancelled, or out of time: stop here.
      signal.throwIfAborted()
      greetings.push(\`Hello \${name}\`)
      log(\`Greeted \${name}\`)
      progress({ done: greetings.length, total: names.length })
    }
    return { greetings }
  },
} satisfies Job<Input, Output>
`
}

/** Its test: needs Node 24 and nothing installed. */
export function testTemplate(name: string): string {
  return `import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { JobContext, OwnServices } from 'toril'
import job from './${name}.job.ts'

/** What Toril gives a job, as far as this one uses it. */
function fakeContext(signal = new AbortController().signal) {
  const seen = { progress: [] as unknown[], lines: [] as string[] }
  const context: JobContext<OwnServices> = {
    jobId: '1',
    attempt: 1,
    signal,
    // Put fakes of the services here that the job uses.
    services: {} as JobContext<OwnServices>['services'],
    progress: (progress) => void seen.progress.push(progress),
    log: (text) => void seen.lines.push(text),
  }
  return { context, seen }
}

test('everybody is greeted, in order', async () => {
  const { context, seen } = fakeContext()
  const result = await job.run({ names: ['Manolete', 'Islero'] }, context)
  assert.deepEqual(result, { greetings: ['Hello Manolete', 'Hello Islero'] })
  assert.deepEqual(seen.lines, ['Greeted Manolete', 'Greeted Islero'])
  assert.deepEqual(seen.progress.at(-1), { done: 2, total: 2 })
})

test('a job that is asked to stop does', async () => {
  const { context } = fakeContext(AbortSignal.abort(new Error('enough')))
  await assert.rejects(async () => job.run({ names: ['Manolete'] }, context), /enough/)
})
`
}

/** Read by editors only: Node strips the types and looks at no setting. */
export const tsconfigTemplate = `{
  // For your editor: job files run as they are, with their types stripped.
  "compilerOptions": {
    "target": "ES2024",
    "lib": ["ES2024", "DOM"],
    "module": "ESNext",
    "moduleResolution": "Bundler",
    "moduleDetection": "force",
    "strict": true,
    "noEmit": true,
    "skipLibCheck": true,
    "allowJs": true,
    "allowImportingTsExtensions": true,
    "erasableSyntaxOnly": true,
    "verbatimModuleSyntax": true
  },
  "exclude": ["node_modules"]
}
`
