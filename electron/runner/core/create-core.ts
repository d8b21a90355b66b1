import { randomBytes } from 'node:crypto'
import { mkdir } from 'node:fs/promises'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { TorilError } from '../../contract/errors.ts'
import { createCatalog } from '../catalog/create-catalog.ts'
import type { Catalog } from '../catalog/catalog.ts'
import { openProfiles } from '../connections/profiles/open-profiles.ts'
import type { ProfileStore } from '../connections/profiles/profile-store.ts'
import { shareOwnServers, type OwnServers } from '../connections/own-servers.ts'
import { locateEntries } from '../entries.ts'
import { createPreferencesStore } from '../preferences/create-preferences-store.ts'
import type { PreferencesStore } from '../preferences/preferences-store.ts'
import { enterOwner, type Owners } from '../recovery/owners.ts'
import type { RunnerConfig } from '../runner-config.ts'
import { createSafety, type Safety } from '../safety/create-safety.ts'
import { UsedProfile } from '../safety/used-profile.ts'
import { StopStack } from '../stop-stack.ts'
import { Moving } from '../switching/moving.ts'

/** What a runner keeps whichever profile it uses. */
export interface RunnerCore {
  config: RunnerConfig
  runnerId: string
  startedAt: string
  entries: ReturnType<typeof locateEntries>
  owners: Owners
  preferences: PreferencesStore
  profiles: ProfileStore
  /** The profile in use. */
  used: UsedProfile
  safety: Safety
  /** Starts beside the database. */
  catalog: Promise<Catalog>
  servers: OwnServers
  moving: Moving
  /** Attempts since the start, by how they ended. */
  outcomes: Record<string, number>
  onProblem: (message: string) => void
  phase: (phase: string) => void
  stop(): Promise<void>
}

async function makeDataDir(dataDir: string): Promise<void> {
  try {
    await mkdir(dataDir, { recursive: true })
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? 'unknown'
    const message = `The data folder ${dataDir} cannot be made (${code}). Set TORIL_DATA_DIR to a folder you may write to.`
    throw new TorilError('UNAVAILABLE', message, { cause })
  }
}

/** Rejects with one clear TorilError, having ended what it had started. */
export async function createCore(config: RunnerConfig): Promise<RunnerCore> {
  const stops = new StopStack()
  try {
    return await compose(config, stops)
  } catch (error) {
    await stops.run().catch(() => undefined)
    throw error
  }
}

async function compose(config: RunnerConfig, stops: StopStack): Promise<RunnerCore> {
  const onProblem = config.onProblem ?? ((message) => void process.stderr.write(`${message}\n`))
  const phase = config.onPhase ?? (() => undefined)
  const { dataDir, environment } = config
  const runnerId = `${hostname()}-${randomBytes(3).toString('hex')}`
  await makeDataDir(dataDir)
  const owners = enterOwner(dataDir, runnerId, onProblem)
  stops.add(() => owners.stop())
  const preferences = await createPreferencesStore({ file: join(dataDir, 'preferences.json'), environment })
  const profiles = await openProfiles(config)
  const used = new UsedProfile(profiles)
  const safety = createSafety(used)
  stops.add(() => safety.close())

  phase('database')
  const entries = locateEntries()
  const catalog = createCatalog({ entry: entries.catalog, folder: preferences.current().jobs.folder })
  stops.add(async () => (await catalog).close())
  // Awaited by whoever needs it; a failure until then must not count as unhandled.
  catalog.catch(() => undefined)
  stops.add(
    preferences.onChange((now, before) => {
      if (now.jobs.folder === before.jobs.folder) return
      void catalog
        .then((started) => started.setFolder(now.jobs.folder))
        .catch((error: unknown) => onProblem(String(error)))
    }),
  )
  return {
    config,
    runnerId,
    startedAt: new Date().toISOString(),
    entries,
    owners,
    preferences,
    profiles,
    used,
    safety,
    catalog,
    servers: shareOwnServers({
      dataDir,
      onProblem,
      ...(config.postgresBinariesDir === undefined ? {} : { postgresBinariesDir: config.postgresBinariesDir }),
    }),
    moving: new Moving(),
    outcomes: {},
    onProblem,
    phase,
    stop: () => stops.run(),
  }
}
