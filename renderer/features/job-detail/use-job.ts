import { useCallback, useEffect, useState } from 'react'
import type { Job, LogLine } from '../../../electron/contract/job.ts'
import { toPanelError, type PanelError } from '../../lib/errors.ts'
import { useClient, useConnection, useJobRow } from '../../lib/panel-context.tsx'
import { isOfAnotherRun } from './another-run.ts'
import { mergeLines } from './log-lines.ts'

export interface FollowedJob {
  job: Job | undefined
  error: PanelError | undefined
  lines: readonly LogLine[]
  /** Log lines that were not kept. */
  dropped: number
  reload(): void
}

const logPage = 5000

/** One job as it is, and as it goes on: followed until it has finished, and again when it is run again. */
export function useJob(id: string): FollowedJob {
  const client = useClient()
  const [job, setJob] = useState<Job | undefined>(undefined)
  const [error, setError] = useState<PanelError | undefined>(undefined)
  const [lines, setLines] = useState<readonly LogLine[]>([])
  const [dropped, setDropped] = useState(0)
  const [turn, setTurn] = useState(0)
  const open = useConnection((state) => state.line === 'open')

  useEffect(() => {
    if (!open) return
    const stop = new AbortController()
    const { signal } = stop
    let after = 0
    const readLogs = async (): Promise<void> => {
      for (;;) {
        const page = await client.jobs.logs({ id, after, limit: logPage }, { signal })
        if (signal.aborted) return
        setLines((known) => mergeLines(known, page.lines))
        setDropped(page.dropped)
        const last = page.lines.at(-1)
        after = last?.seq ?? after
        if (page.lines.length < logPage) return
      }
    }
    const follow = async (): Promise<void> => {
      for await (const event of await client.jobs.events({ id }, { signal })) {
        if (signal.aborted) return
        setError(undefined)
        if (event.kind === 'job') setJob(event.job)
        else if (event.kind === 'log') setLines((known) => mergeLines(known, event.lines))
        else setJob((known) => (known === undefined ? known : { ...known, progress: event.progress }))
      }
    }
    // Once more after the end: how many lines were dropped, and any that this reader was too slow for.
    const read = Promise.all([follow(), readLogs()]).then(readLogs)
    read.catch((caught: unknown) => {
      if (!signal.aborted) setError(toPanelError(caught))
    })
    return () => stop.abort()
  }, [client, id, turn, open])

  const reload = useCallback(() => setTurn((before) => before + 1), [])
  // The stream ends with the job; the row tells when it was run again.
  const row = useJobRow(id)
  const again = isOfAnotherRun(job, row)
  useEffect(() => {
    if (again) reload()
  }, [again, row?.state, row?.attempt, row?.finishedAt, reload])
  return { job, error, lines, dropped, reload }
}
