import type { KeyboardEvent } from 'react'
import type { JobSummary } from '../../../electron/contract/job.ts'
import { usePanel } from '../../lib/panel-context.tsx'
import { refusesChange } from '../../lib/read-only.ts'
import { canCancel, canRetry, useJobActions } from '../job-actions/use-job-actions.ts'
import { useMass } from '../job-actions/use-mass.ts'

export interface ListKeys {
  cursor: JobSummary | undefined
  picked: readonly JobSummary[]
  /** Set while everything that matches is selected, shown or not. */
  onAll: ((action: 'cancel' | 'retry') => void) | undefined
  move(step: 1 | -1, extend: boolean): void
  toEnd(which: 'first' | 'last'): void
  pick(id: string): void
  pickAll(): void
  open(id: string, full: boolean): void
  close(): void
  go(path: string): void
  showArrivals(): void
  focusFilter(): void
}

/** The keys of the list; single letters work only while it has the focus. */
export function useListKeys(list: ListKeys): (event: KeyboardEvent) => void {
  const actions = useJobActions()
  const startMass = useMass()
  const { stores } = usePanel()
  return (event) => {
    const { cursor, picked } = list
    const command = event.metaKey || event.ctrlKey
    const done = (): void => {
      event.preventDefault()
      event.stopPropagation()
    }
    if (command) {
      if (event.key === 'a') list.pickAll()
      else if (event.key === 'Enter' && cursor !== undefined) list.open(cursor.id, true)
      else return
      return done()
    }
    if (event.altKey) return
    switch (event.key) {
      case 'j':
      case 'J':
      case 'ArrowDown':
        list.move(1, event.shiftKey)
        return done()
      case 'k':
      case 'K':
      case 'ArrowUp':
        list.move(-1, event.shiftKey)
        return done()
      case 'Home':
        list.toEnd('first')
        return done()
      case 'End':
        list.toEnd('last')
        return done()
      case 'Escape':
        list.close()
        return done()
      case '.':
        list.showArrivals()
        return done()
      case '/':
        list.focusFilter()
        return done()
    }
    if (list.onAll !== undefined && (event.key === 'c' || event.key === 'r')) {
      list.onAll(event.key === 'c' ? 'cancel' : 'retry')
      return done()
    }
    if (cursor === undefined) return
    const targets = picked.length > 0 ? picked : [cursor]
    switch (event.key) {
      case 'Enter':
        list.open(cursor.id, false)
        break
      case 'x':
      case ' ':
        list.pick(cursor.id)
        break
      case 'c': {
        const running = targets.filter(canCancel)
        const [only] = running
        if (running.length === 1 && only !== undefined) actions.cancel(only)
        else if (running.length > 1) startMass({ kind: 'picked', action: 'cancel', jobs: running })
        break
      }
      case 'C':
        if (cursor.state === 'active' && !refusesChange(stores)) {
          const { id, type, thread, startedAt } = cursor
          const blocked = stores.threads.getState().value?.some((one) => one.job?.id === id && one.state === 'blocked')
          stores.ui.setState({
            question: { kind: 'kill', id, type, thread, since: startedAt, blocked: blocked === true },
          })
        }
        break
      case 'r': {
        const over = targets.filter(canRetry)
        const [only] = over
        if (over.length === 1 && only !== undefined) actions.retry(only)
        else if (over.length > 1) startMass({ kind: 'picked', action: 'retry', jobs: over })
        break
      }
      case 'e':
        list.go(`/enqueue/${encodeURIComponent(cursor.type)}?from=${encodeURIComponent(cursor.id)}`)
        break
      case 'w':
        stores.ui.setState({ whyId: cursor.id })
        break
      case 't':
        if (cursor.state === 'active') list.go('/threads')
        break
      case 'l':
        list.go(`/jobs/${encodeURIComponent(cursor.id)}?tab=logs`)
        break
      case 'y':
        void navigator.clipboard.writeText(cursor.id).then(
          () => stores.toasts.getState().show({ title: `Copied ${cursor.id}` }),
          () => stores.toasts.getState().show({ role: 'alert', glyph: 'failed', title: 'The id could not be copied' }),
        )
        break
      default:
        return
    }
    done()
  }
}
