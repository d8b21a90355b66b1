import type { ConnectionProfile } from '../../contract/connection-profile.ts'
import { TorilError } from '../../contract/errors.ts'
import type { RunnerCore } from '../core/create-core.ts'
import type { SessionRunner } from '../runner.ts'
import type { Places } from '../session/open-places.ts'
import { keepOpening, type Reopening } from './reopening.ts'
import type { SessionGate } from './session-gate.ts'

export interface SwitchParts {
  core: RunnerCore
  gate: SessionGate
  /** Connects to where a profile leads. */
  open(id: string): Promise<Places>
  /** Takes jobs there. Rejects having closed the places. */
  start(places: Places): Promise<SessionRunner>
}

export interface ProfileSwitch {
  use(id: string, options?: { graceMs?: number | undefined }): Promise<ConnectionProfile>
  /** The profile that is being moved to. */
  readonly target: string | undefined
  /** The session in use; a move that is under way is given up. Resolves when nothing is open any more. */
  stop(options?: { graceMs?: number }): Promise<void>
}

function setByEnvironment(variable: string): TorilError {
  const message = `Where jobs wait is set by the environment variable ${variable}. Unset it and start Toril again to use another profile.`
  return new TorilError('SET_BY_ENVIRONMENT', message)
}

const stoppingError = (): TorilError =>
  new TorilError('RUNNER_STOPPING', 'The runner is stopping, so the profile stays as it is.')

/** Moves a runner from profile to profile, one move at a time. */
export function createProfileSwitch(parts: SwitchParts): ProfileSwitch {
  const { core, gate } = parts
  const { profiles, config } = core
  let stopping: { graceMs?: number } | undefined
  let moving: { id: string; done: Promise<unknown> } | undefined
  let inUse = profiles.current()
  /** Goes on while the profile in use cannot be opened. */
  let reopening: Reopening | undefined

  async function move(profile: ConnectionProfile, graceMs: number | undefined): Promise<ConnectionProfile> {
    const { id, name } = profile
    core.moving.set({ id, name, step: 'opening' })
    // What fails here has changed nothing: the old session takes jobs all the while.
    const places = await parts.open(id)
    await reopening?.end()
    reopening = undefined
    if (stopping === undefined) {
      core.moving.set({ id, name, step: 'finishing' })
      const problem = (error: unknown): void =>
        core.onProblem(`The profile ${inUse.name} was not left cleanly: ${String(error)}`)
      await gate.runner.stop(graceMs === undefined ? {} : { graceMs }).catch(problem)
    }
    if (stopping !== undefined) {
      await places.stops.run().catch(() => undefined)
      throw stoppingError()
    }
    const left = inUse
    // What guards the profile in use guards the next one before anything is done there.
    core.used.set(id)
    inUse = profile
    gate.open(await parts.start(places).catch((error: unknown) => goBack(left, error)))
    return store(profile)
  }

  /** The new session did not start, and the old one has ended: it is opened again, now or as soon as that can be. */
  async function goBack(left: ConnectionProfile, cause: unknown): Promise<never> {
    core.used.set(left.id)
    inUse = left
    if (stopping !== undefined) throw cause
    const tried = Promise.withResolvers<void>()
    reopening = keepOpening(
      async () => {
        gate.open(await parts.start(await parts.open(left.id)))
        tried.resolve()
      },
      (error, waitMs) => {
        const why = error instanceof Error ? error.message : String(error)
        const next = `Trying again in ${String(waitMs / 1_000)} s. To go on at once, use another profile.`
        const refusal = new TorilError('UNAVAILABLE', `The profile ${left.name} cannot be opened again: ${why} ${next}`)
        gate.refuse(refusal)
        core.onProblem(refusal.message)
        tried.resolve()
      },
    )
    await tried.promise
    throw cause
  }

  async function store(profile: ConnectionProfile): Promise<ConnectionProfile> {
    try {
      return await profiles.setCurrent(profile.id)
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error)
      const message = `The runner uses the profile ${profile.name} now, but its next start will not: ${why}`
      throw new TorilError('UNAVAILABLE', message, { cause: error })
    }
  }

  return {
    get target() {
      return moving?.id
    },
    async use(id, options = {}) {
      if (stopping !== undefined) throw stoppingError()
      const { REDIS_URL, REDIS_PORT } = config.environment
      if (profiles.list().fixedByEnvironment) throw setByEnvironment('TORIL_PROFILE')
      if (REDIS_URL !== undefined) throw setByEnvironment('REDIS_URL')
      if (REDIS_PORT !== undefined) throw setByEnvironment('REDIS_PORT')
      const profile = profiles.get(id)
      if (moving !== undefined) {
        const message = `The runner is already moving to the profile ${profiles.get(moving.id).name}. Wait until it is there.`
        throw new TorilError('PROFILE_CHANGING', message)
      }
      // Used again, a profile that was changed meanwhile is opened as it is now.
      if (id === inUse.id && profile.updatedAt === inUse.updatedAt && gate.isOpen) return profile
      const done = move(profile, options.graceMs).finally(() => {
        moving = undefined
        core.moving.set(undefined)
      })
      moving = { id, done }
      return done
    },
    async stop(options = {}) {
      stopping = options
      gate.refuse(new TorilError('RUNNER_STOPPING', 'The runner has stopped.'))
      try {
        await gate.runner.stop(options)
      } finally {
        await moving?.done.catch(() => undefined)
        await reopening?.end()
        // The next session may have begun in between.
        await gate.runner.stop(options)
      }
    },
  }
}
