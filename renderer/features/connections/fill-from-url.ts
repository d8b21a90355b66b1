import { isLoopback, type ProfileSecrets } from '../../../electron/contract/connection-profile.ts'
import { parseConnectionUrl } from '../../../electron/contract/connection-url.ts'
import { TorilError } from '../../../electron/contract/errors.ts'
import { emptyForm, formOf, type FormPath, type FormValues } from './form-values.ts'

export type FromUrl =
  | { values: Partial<Record<FormPath, string>>; secrets: ProfileSecrets; said: string }
  /** Why it cannot be taken, as a sentence; the URL is not repeated, it may hold a password. */
  | { problem: string }

const place = { name: '', colour: 'slate', environment: 'development', readOnly: false } as const
const names = { queueName: emptyForm.queueName, prefix: emptyForm.prefix }

/** What a URL says about the fields. The name is proposed when there is none yet. */
export function fillFromUrl(url: string, before: FormValues): FromUrl {
  try {
    const parsed = parseConnectionUrl(url)
    const password = Object.keys(parsed.secrets).length > 0 ? ' and password' : ''
    if ('queue' in parsed) {
      const all = formOf({ ...place, ...names, queue: parsed.queue, history: { kind: 'embedded' } })
      const values = Object.fromEntries(
        Object.entries(all).filter(([path]) => /^queue\.(?!tunnel|sentinel|seeds|natMap|masterName)/.test(path)),
      )
      const host = parsed.queue.socket ?? parsed.queue.host
      return {
        values: { ...values, ...named(before, host) },
        secrets: parsed.secrets,
        said: `Server${password} filled in.`,
      }
    }
    const all = formOf({ ...place, ...names, queue: { kind: 'postgres' }, history: parsed.history })
    const values = Object.fromEntries(Object.entries(all).filter(([path]) => /^history\.(?!tunnel)/.test(path)))
    // Of a form that nobody has touched the database is meant for everything.
    const untouched = (Object.keys(emptyForm) as FormPath[])
      .filter((path) => path.startsWith('queue.'))
      .every((path) => before[path] === emptyForm[path])
    return {
      values: { ...values, ...named(before, parsed.history.host), ...(untouched ? { 'queue.kind': 'postgres' } : {}) },
      secrets: parsed.secrets,
      said: `Database${password} filled in.`,
    }
  } catch (error) {
    if (!(error instanceof TorilError)) throw error
    return { problem: `This address ${error.issues?.[0]?.message ?? 'cannot be read'}.` }
  }
}

function named(before: FormValues, host: string): { name?: string } {
  if (before.name.trim() !== '') return {}
  return { name: (isLoopback(host) ? 'Local server' : host).slice(0, 60) }
}

/** Whether a text looks like a whole URL, not like a host name. */
export function isConnectionUrl(text: string): boolean {
  return /^\s*(rediss?|postgres(ql)?|redis\+unix):\/\//i.test(text) || /^\s*unix:\//i.test(text)
}
