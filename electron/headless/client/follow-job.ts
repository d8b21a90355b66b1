import { ORPCError } from '@orpc/client'
import { isFinished, type Job, type JobEvent } from '../../contract/job.ts'
import { CliError, exitCodes } from '../exit-codes.ts'
import type { TorilClient } from './create-client.ts'

/**
 * Follows a job to its end and answers it as it then is. A stream that breaks is opened again; when the
 * runner is gone for good the call for it rejects, and the job goes on with the next runner.
 */
export async function followJob(
  client: TorilClient,
  id: string,
  onEvent: (event: JobEvent) => void,
  signal: AbortSignal,
): Promise<Job> {
  for (;;) {
    try {
      for await (const event of await client.jobs.events({ id }, { signal })) onEvent(event)
    } catch (error) {
      // An answer of the runner is final; a broken connection shows in the call below.
      if (error instanceof ORPCError || signal.aborted) throw error
    }
    const job = await client.jobs.get({ id }, { signal })
    if (isFinished(job.state)) return job
  }
}

/** Aborts on Ctrl-C, which ends the watching and not the job. */
export async function untilInterrupted<Result>(
  jobId: string,
  watch: (signal: AbortSignal) => Promise<Result>,
): Promise<Result> {
  const controller = new AbortController()
  const onInterrupt = () => controller.abort()
  process.once('SIGINT', onInterrupt)
  try {
    return await watch(controller.signal)
  } catch (error) {
    if (!controller.signal.aborted) throw error
    throw new CliError(
      exitCodes.interrupted,
      `Job ${jobId} goes on. Watch it with \`toril job ${jobId} --follow\`, end it with \`toril cancel ${jobId}\`.`,
    )
  } finally {
    process.off('SIGINT', onInterrupt)
  }
}
