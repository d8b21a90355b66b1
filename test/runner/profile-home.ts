import { mkdir } from 'node:fs/promises'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import type { ProfileDraft } from '../../electron/contract/connection-profile.ts'
import type { RunnerConfig } from '../../electron/runner/create-runner.ts'
import { createKeyFileBox } from '../../electron/runner/connections/profiles/key-file-box.ts'
import { createProfileStore } from '../../electron/runner/connections/profiles/create-profile-store.ts'
import type { Runner } from '../../electron/runner/runner.ts'
import { stopAll } from '../support/stop-all.ts'
import { once, RunnerHome, whenFinished } from './runner-under-test.ts'

/** Runners on stored profiles, and the servers these lead to. */
export class ProfileHome {
  readonly #home: RunnerHome
  readonly #stops: (() => Promise<unknown>)[] = []

  private constructor(home: RunnerHome) {
    this.#home = home
  }

  static async make(): Promise<ProfileHome> {
    return new ProfileHome(await RunnerHome.make({}))
  }

  get dataDir(): string {
    return this.#home.dataDir
  }

  start(more: Partial<RunnerConfig> = {}): Promise<Runner> {
    return this.#home.start(more)
  }

  /** With more in the environment. */
  startWith(variables: Record<string, string>): Promise<Runner> {
    return this.#home.startWith(variables)
  }

  /** A server that ends with the test. */
  async server<Server extends { stop(): Promise<void> }>(starting: Promise<Server>): Promise<Server> {
    const started = await starting
    this.#stops.push(() => started.stop())
    return started
  }

  /** Stores a profile in the data folder and makes it the one to be used. */
  async use(draft: ProfileDraft): Promise<string> {
    const { dataDir } = this
    await mkdir(dataDir, { recursive: true })
    const box = createKeyFileBox(join(dataDir, 'secrets.key'))
    const store = await createProfileStore({ dataDir, box })
    const { id } = await store.create({ readOnly: false, ...draft })
    await store.setCurrent(id)
    return id
  }

  /** Starts on the profile in use, and has one job done there. */
  async works() {
    const runner = await this.start()
    const { id } = await runner.jobs.enqueue('add-two-numbers', { a: 20, b: 22 }, once)
    expect(await whenFinished(runner, id)).toMatchObject({ state: 'completed', result: 42 })
    return { runner, system: runner.system() }
  }

  /** The same, and stops the runner. */
  async hasWorked(draft: ProfileDraft): Promise<void> {
    await this.use(draft)
    const { runner } = await this.works()
    await runner.stop({ graceMs: 0 })
  }

  /** A path beside the data folder. */
  path(name: string): string {
    return join(this.#home.folder, name)
  }

  /** A file of this text; its path. */
  pem(name: string, text: string): string {
    const file = this.path(name)
    writeFileSync(file, text, { mode: 0o600 })
    return file
  }

  async remove(): Promise<void> {
    await this.#home.remove()
    await stopAll(this.#stops.splice(0))
  }
}
