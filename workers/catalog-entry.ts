import { fileURLToPath } from 'node:url'
import { parentPort } from 'node:worker_threads'
import { BrokenDefinitionError, describeJob } from './describe-job.ts'
import { errorPlace, fieldLine, type ErrorPlace } from './error-line.ts'
import { coerceThrown } from './job-error.ts'
import { loadJob, loadServices } from './load-job.ts'
import type { CatalogAnswer, CatalogRequest, JobSource } from './protocol.ts'
import { readyChecks } from './ready-checks.ts'
import { stripTypes } from './strip-types.ts'
import { compileSchema, type Validate } from './validate.ts'

/** Loads job files away from the runner's own process: whatever they do on import ends this thread at most. */

const validators = new Map<string, Validate>()

function urlOf(source: JobSource): string {
  return source.kind === 'file' ? source.url : `built-in:${source.name}`
}

async function validatorOf(source: JobSource): Promise<Validate> {
  const known = validators.get(urlOf(source))
  if (known !== undefined) return known
  const made = await compileSchema((await loadJob(source)).input)
  validators.set(urlOf(source), made)
  return made
}

function placeOf(thrown: unknown, source: JobSource): ErrorPlace {
  if (source.kind !== 'file') return {}
  if (!(thrown instanceof BrokenDefinitionError)) return errorPlace(thrown, source.url)
  const line = fieldLine(source.url, thrown.field)
  return line === undefined ? {} : { line }
}

async function answer(request: CatalogRequest): Promise<CatalogAnswer> {
  const { id, source } = request
  try {
    if (request.kind === 'services') {
      await loadServices(request.source.url)
      return { kind: 'loaded', id }
    }
    if (request.kind === 'strip') return { kind: 'stripped', id, text: stripTypes(request.source.url) }
    if (request.kind === 'describe') {
      const file = source.kind === 'file' ? fileURLToPath(source.url.split('?')[0] ?? '') : undefined
      const definition = await loadJob(source)
      const description = await describeJob(definition, file)
      const checks = await readyChecks(definition)
      const nameLine = source.kind === 'file' ? fieldLine(source.url, 'name') : undefined
      return { kind: 'described', id, description, checks, ...(nameLine === undefined ? {} : { nameLine }) }
    }
    const checked = await (await validatorOf(source))(request.input)
    return 'issues' in checked ? { kind: 'invalid', id, issues: checked.issues } : { kind: 'validated', id, ...checked }
  } catch (thrown) {
    const { line, helper } = placeOf(thrown, source)
    const { message } = coerceThrown(thrown, 'JOB_NOT_LOADED')
    const issues = thrown instanceof BrokenDefinitionError ? thrown.issues : undefined
    return {
      kind: 'problem',
      id,
      message: helper === undefined ? message : `${helper}:${line}: ${message}`,
      ...(line === undefined || helper !== undefined ? {} : { line }),
      ...(issues === undefined ? {} : { issues }),
    }
  }
}

parentPort?.on('message', (request: CatalogRequest) => {
  void answer(request).then((said) => {
    try {
      parentPort?.postMessage(said)
    } catch {
      // A value of the schema's own making that cannot be cloned: the input as it was must do.
      const { id } = said
      parentPort?.postMessage({
        kind: 'problem',
        id,
        message: 'The checked input is not JSON.',
      } satisfies CatalogAnswer)
    }
  })
})
