import { useRef } from 'react'
import type { Thread } from '../../../electron/contract/runner.ts'
import { useSamples, useThreads, useTimeline } from '../../lib/panel-context.tsx'
import { useNow } from '../../lib/use-now.ts'
import type { SamplesState } from '../../stores/samples.ts'
import type { TimelineState } from '../../stores/timeline.ts'

export interface ThreadsPicture {
  now: number
  threads: readonly Thread[]
  lanes: TimelineState['lanes']
  samples: SamplesState['threads']
}

const tickMs = 250
const calmTickMs = 1000

/** What the screen draws; frozen, it stays the same while the work goes on. */
export function useThreadsPicture(frozen: boolean): ThreadsPicture {
  const calm = window.matchMedia('(prefers-reduced-motion: reduce)').matches
  const now = useNow(calm ? calmTickMs : tickMs)
  const threads = useThreads((list) => list) ?? none
  const lanes = useTimeline((timeline) => timeline.lanes)
  const samples = useSamples((state) => state.threads)
  const kept = useRef<ThreadsPicture | undefined>(undefined)
  const live = { now, threads, lanes, samples }
  if (!frozen || kept.current === undefined) kept.current = live
  return kept.current
}

const none: readonly Thread[] = []
