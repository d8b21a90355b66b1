import { isDeepStrictEqual } from 'node:util'
import type { ConnectionProfile } from '../contract/connection-profile.ts'
import type { FoundQueues } from '../contract/found-queue.ts'
import type { Catalog } from './catalog/catalog.ts'
import type { OpenConnections } from './connections/open-connections.ts'
import type { ProfileStore } from './connections/profiles/profile-store.ts'
import { reachQueue } from './connections/reach-queue.ts'
import type { QueueTarget } from './queue/queue-config.ts'
import { isNamed, scanQueues } from './queue/scan/scan-queues.ts'

export interface FindQueuesParts {
  dataDir: string
  profiles: Pick<ProfileStore, 'get' | 'secretsOf'>
  /** Id of the profile in use. */
  inUse: string
  /** Those of the profile in use: they stand already, and follow the environment. */
  connections: Pick<OpenConnections, 'queue' | 'opened' | 'environment'>
  catalog: Pick<Catalog, 'get'>
}

/** Looks for the queues on a profile's server, so that one of them can be chosen. Writes nothing. */
export function createFindQueues(parts: FindQueuesParts): (id: string) => Promise<FoundQueues> {
  const { profiles, inUse, catalog } = parts

  async function scan(target: QueueTarget, names: { queueName: string; prefix: string }): Promise<FoundQueues> {
    const { queues, cut } = await scanQueues(target, names)
    const found = queues.map(({ jobNames, ...queue }) => ({
      ...queue,
      jobTypes: jobNames.map((name) => ({ name, known: catalog.get(name) !== undefined })),
      chosen: isNamed(target, queue, names),
    }))
    return { queues: found, ...(cut === undefined ? {} : { cut }) }
  }

  /** Changed since it was opened, the profile in use may lead to another server. What the environment says stays. */
  function leadsWhereItDid({ queue, history }: ConnectionProfile): boolean {
    const { opened, environment } = parts.connections
    if (environment.some(({ field }) => field === 'profile.queue' || field === 'profile.history')) return true
    return isDeepStrictEqual({ queue, history }, { queue: opened.queue, history: opened.history })
  }

  return async (id) => {
    const profile = profiles.get(id)
    if (id === inUse && leadsWhereItDid(profile)) {
      const { target, name, prefix } = parts.connections.queue
      return scan(target, { queueName: name, prefix })
    }
    const { target, stop } = await reachQueue(profile, parts)
    try {
      return await scan(target, profile)
    } finally {
      await stop()
    }
  }
}
