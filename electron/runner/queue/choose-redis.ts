import type { IQueueBackend } from 'bullmq'
import { choosingScript } from './choose-redis-script.ts'
import type { RedisClient } from './redis-clients.ts'
import type { WantedJobs } from './wanted-jobs.ts'

/** Jobs of unknown types that were looked at are looked at again after so long: somebody may put a job before them. */
const lookAgainMs = 5_000
/** Or after so many times what looking at all of them took, so that it never takes more than a part of the time. */
const lookAgainFactor = 20

type Command = (args: unknown[]) => Promise<unknown>

export interface RedisChoice {
  /** Makes the backend, which uses the client that was given, wait for jobs that are wanted. */
  waitOn(backend: IQueueBackend): void
}

/**
 * Makes a client of a BullMQ worker take only jobs that are wanted, whatever stands before them. Must be called
 * before the worker uses the client, for it changes the scripts that BullMQ defines there.
 */
export function chooseOnRedis(client: RedisClient, wanted: WantedJobs): RedisChoice {
  /** How far the search for wanted jobs has come, and since when that is so. */
  let from = { id: '', score: '' }
  let since = 0
  let sweepMs = 0
  let sent: { types: readonly string[] | undefined; text: string } = { types: undefined, text: '' }
  /** What the last take left standing: nothing, only jobs that are not wanted, or jobs it has not looked at yet. */
  let left: 'none' | 'unwanted' | 'unseen' = 'none'
  let callsBefore = 0

  function start(): void {
    from = { id: '', score: '' }
    since = Date.now()
    sweepMs = 0
  }

  function extra(): string[] {
    const types = wanted.types()
    if (types === undefined) return ['', '', '']
    if (sent.types !== types) {
      sent = { types, text: `\n${types.join('\n')}\n` }
      start()
    } else if (Date.now() - since > Math.max(lookAgainMs, sweepMs * lookAgainFactor)) start()
    return [sent.text, from.id, from.score]
  }

  function read(answer: unknown): void {
    left = 'none'
    if (!Array.isArray(answer) || answer[4] !== 1) return
    left = answer[7] === 1 ? 'unseen' : 'unwanted'
    from = { id: String(answer[5]), score: String(answer[6]) }
  }

  const define = client.defineCommand.bind(client)
  client.defineCommand = (name, definition) => {
    const command = name.split(':')[0] ?? ''
    const lua = choosingScript(command, definition.lua)
    define(name, lua === undefined ? definition : { ...definition, lua })
    if (lua === undefined) return
    const run = (Reflect.get(client, name) as Command).bind(client)
    const choose: Command = async (args) => {
      callsBefore = wanted.calls()
      const began = performance.now()
      let answer = await run([...args, ...extra()])
      read(answer)
      // Only a take may be asked again; the others have ended a job as well.
      while (command === 'moveToActive' && left === 'unseen') {
        answer = await run([...args, ...extra()])
        read(answer)
        sweepMs = performance.now() - began
      }
      return answer
    }
    Reflect.set(client, name, choose)
  }

  return {
    waitOn(backend) {
      let wake: ((found: boolean) => void) | undefined
      let closing = false
      wanted.onCall(() => wake?.(true))
      const wait = backend.waitForJob.bind(backend)
      const disconnect = backend.disconnectBlocking.bind(backend)
      const reconnect = backend.reconnectBlocking.bind(backend)
      backend.waitForJob = async (seconds) => {
        // BullMQ's mark that jobs wait is there as long as unwanted ones do: waiting for it would be no wait.
        if (left === 'none') return wait(seconds)
        if (left === 'unseen' || wanted.calls() !== callsBefore) return { member: '', score: 0 }
        if (closing) return null
        return new Promise((resolve) => {
          const timer = setTimeout(() => wake?.(false), seconds * 1000)
          wake = (found) => {
            clearTimeout(timer)
            wake = undefined
            resolve(found ? { member: '', score: 0 } : null)
          }
        })
      }
      backend.disconnectBlocking = (patiently) => {
        closing = true
        wake?.(false)
        return disconnect(patiently)
      }
      backend.reconnectBlocking = () => {
        closing = false
        return reconnect()
      }
    },
  }
}
