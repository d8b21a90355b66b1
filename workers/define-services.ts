import type { JobServices } from './context.ts'

/**
 * What the file `services.ts` of a jobs folder exports by default: how to make the services that its jobs
 * find in `ctx.services`, beside `db` and `resultsDir`. They are made once in each thread, before the first
 * job of the folder there, and disposed of when the thread ends or the file has changed. A thread that is
 * killed disposes of nothing.
 */
export type ServicesFactory<Made extends object = object> =
  | ((base: JobServices) => Promise<Made> | Made)
  | {
      /** Gives a plain object; its names become those of `ctx.services`. */
      create(base: JobServices): Promise<Made> | Made
      /** Given what `create` gave. Waited for at most 5 s. */
      dispose?(made: Made): Promise<void> | void
    }
