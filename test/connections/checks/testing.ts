import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { profileDraftSchema, type ProfileDraft } from '../../../electron/contract/connection-profile.ts'
import type { ConnectionStep, ConnectionTest } from '../../../electron/contract/connection-test.ts'
import { testConnection, wholeTest } from '../../../electron/runner/connections/checks/test-connection.ts'
import { TorilError } from '../../../electron/contract/errors.ts'
import { stopAll } from '../../support/stop-all.ts'

/** Nothing is stored: only drafts are tested. */
const noProfiles = {
  get: () => {
    throw new TorilError('PROFILE_NOT_FOUND', 'none')
  },
  secretsOf: () => ({}),
}

export class TestFolder {
  readonly dataDir = mkdtempSync(join(tmpdir(), 'toril-checks-'))
  readonly #stops: (() => Promise<unknown>)[] = []

  /** A server that ends with the test. */
  async server<Server extends { stop(): Promise<void> }>(starting: Promise<Server>): Promise<Server> {
    const started = await starting
    this.#stops.push(() => started.stop())
    return started
  }

  pem(name: string, text: string): string {
    const file = join(this.dataDir, name)
    writeFileSync(file, text, { mode: 0o600 })
    return file
  }

  /** The end of the test of a draft that may change things. */
  async test(draft: Omit<ProfileDraft, 'name'>, acceptHostKey?: string): Promise<ConnectionTest> {
    const input = {
      draft: profileDraftSchema.parse({ name: 'Draft', readOnly: false, ...draft }),
      ...(acceptHostKey === undefined ? {} : { acceptHostKey }),
    }
    const { signal } = new AbortController()
    return wholeTest(testConnection(noProfiles, input, { dataDir: this.dataDir }, signal))
  }

  async remove(): Promise<void> {
    await stopAll(this.#stops.splice(0))
    rmSync(this.dataDir, { recursive: true, force: true })
  }
}

/** `queue.auth: ok` of each, without those that were not tried. */
export function statesOf({ steps }: ConnectionTest): string[] {
  return steps.filter(({ state }) => state !== 'skipped').map(({ part, step, state }) => `${part}.${step}: ${state}`)
}

export function stepOf({ steps }: ConnectionTest, name: ConnectionStep['step'], part = 'queue'): ConnectionStep {
  const found = steps.find((step) => step.step === name && step.part === part)
  if (found === undefined) throw new Error(`no step ${name}`)
  return found
}

/** The step at which it stopped, and its sentence. */
export function failureOf(test: ConnectionTest): [string, string] {
  const failed = test.steps.find(({ state }) => state === 'failed')
  return [failed?.step ?? `none: ${JSON.stringify(test.steps)}`, failed?.message ?? '']
}
