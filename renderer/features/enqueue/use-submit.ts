import { useRef, useState } from 'react'
import { useLocation } from 'wouter'
import type { JobOptions } from '../../../electron/contract/job.ts'
import type { Issue, Json } from '../../../electron/contract/json.ts'
import { counted } from '../../components/words.ts'
import { usePanel, useToast } from '../../lib/panel-context.tsx'
import { refusesChange } from '../../lib/read-only.ts'
import { rememberType } from './recent-types.ts'
import { inputIssues, submitJobs } from './submit-jobs.ts'

export interface Submit {
  busy: boolean
  /** Why the last try was refused, when no field is to blame. */
  failure: string | undefined
  clear(): void
  send(request: { type: string; input: Json; options: JobOptions }, copies: number, watch: boolean): void
}

/** Sends jobs; then opens them, or says so with a way there. */
export function useSubmit(onRefused: (issues: Issue[]) => void): Submit {
  const { client, stores } = usePanel()
  const toast = useToast()
  const [, navigate] = useLocation()
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<string>()
  // State would let a second press through before the next draw.
  const sending = useRef(false)

  async function run(
    request: { type: string; input: Json; options: JobOptions },
    copies: number,
    watch: boolean,
  ): Promise<void> {
    const { jobs, error } = await submitJobs(client, request, copies)
    const first = jobs[0]
    const place =
      copies === 1 && first !== undefined ? `/jobs/${first.id}` : `/jobs?type=${encodeURIComponent(request.type)}`
    if (first !== undefined) rememberType(localStorage, request.type)
    if (error !== undefined) {
      const issues = inputIssues(error, request.input)
      const taken = jobs.length > 0 ? `${counted(jobs.length, 'job')} of ${copies} enqueued, then refused: ` : ''
      onRefused(issues)
      setFailure(issues.length > 0 && taken === '' ? undefined : taken + error.message)
    } else if (watch) navigate(place)
    else {
      toast({
        glyph: 'queued',
        title: copies === 1 && first !== undefined ? `#${first.id} enqueued` : `${counted(copies, 'job')} enqueued`,
        detail: request.type,
        action: { label: copies === 1 ? 'Watch' : 'Show them', run: () => navigate(place) },
      })
    }
  }

  return {
    busy,
    failure,
    clear: () => setFailure(undefined),
    send: (request, copies, watch) => {
      if (sending.current || refusesChange(stores)) return
      sending.current = true
      setBusy(true)
      setFailure(undefined)
      void run(request, copies, watch).finally(() => {
        sending.current = false
        setBusy(false)
      })
    },
  }
}
