import { useMemo } from 'react'
import { useLocation } from 'wouter'
import type { PreferencesPatch } from '../../electron/contract/preferences.ts'
import { Icon, type IconName } from '../components/icon.tsx'
import { StateGlyph } from '../components/state-glyph.tsx'
import { actTitles } from '../features/job-actions/queue-acts.ts'
import { usePoolSize } from '../features/threads/use-pool-size.ts'
import { toPanelError } from '../lib/errors.ts'
import { glyphLabels, glyphOfJob } from '../lib/glyphs.ts'
import { useJobs, usePanel, useQueue, useSystem } from '../lib/panel-context.tsx'
import { refusesChange } from '../lib/read-only.ts'
import { useReadOnly } from '../lib/use-read-only.ts'
import { useJobTypes } from '../lib/use-job-types.ts'
import { queueActs } from '../stores/mass.ts'
import type { Command } from './match-commands.ts'
import { screens } from './screens.ts'
import { useChanges } from './use-changes.ts'
import { usePauseToggle } from './use-pause.ts'

function useSetPreferences(): (patch: PreferencesPatch) => void {
  const { client, stores } = usePanel()
  return (patch) => {
    client.preferences.update(patch).then(
      (value) => stores.preferences.setState({ value }),
      (error: unknown) =>
        stores.toasts.getState().show({
          role: 'alert',
          glyph: 'failed',
          title: 'The preference could not be changed',
          detail: toPanelError(error).message,
        }),
    )
  }
}

const themes = ['system', 'dark', 'light'] as const
const densities = ['comfortable', 'compact'] as const
const jobsAtMost = 200

/** A number typed after `threads`, or alone after `set threads`: `threads 6`. */
export function threadsIn(query: string): number | undefined {
  const match = /threads?\s+(?:to\s+)?(\d{1,3})$/i.exec(query.trim())
  const count = match === null ? undefined : Number(match[1])
  return count !== undefined && count >= 1 && count <= 256 ? count : undefined
}

/** An id typed after `#`, or alone. */
export function idIn(query: string): string | undefined {
  const text = query.trim()
  // The runner's own ids are two parts with a dash; other producers number theirs.
  return /^#?(\d+|[a-z0-9]{8}-[a-z0-9]{10})$/.exec(text)?.[1] ?? /^#(\S+)$/.exec(text)?.[1]
}

/** Everything the palette can do now, for what was typed. */
export function useCommands(query: string): Command[] {
  const [, navigate] = useLocation()
  const { stores } = usePanel()
  const paused = useQueue((queue) => queue?.paused ?? false)
  const togglePause = usePauseToggle()
  const setPreferences = useSetPreferences()
  const { end: endChanges } = useChanges()
  const { size, setSize } = usePoolSize()
  const jobTypes = useJobTypes().value?.jobTypes
  const rows = useJobs((jobs) => jobs.rows)
  const readOnly = useReadOnly()
  const profile = useSystem((system) => system?.profile)

  return useMemo(() => {
    const icon = (name: IconName) => <Icon name={name} />
    const commands: Command[] = []
    const add = (command: Command): unknown => commands.push(command)
    const unlessRefused = (run: () => void) => (): void => {
      if (!refusesChange(stores)) run()
    }
    const count = threadsIn(query)
    if (count !== undefined) {
      add({
        id: 'threads',
        group: 'Commands',
        icon: icon('threads'),
        title: query.trim(),
        hint: `Set threads, ${size ?? '–'} → ${count}`,
        run: () => setSize(count),
      })
    }
    const id = idIn(query)
    if (id !== undefined) {
      add({
        id: 'go-to-id',
        group: 'Jobs',
        icon: icon('right'),
        title: `${query.trim()}`,
        hint: `Open job #${id}`,
        run: () => navigate(`/jobs/${encodeURIComponent(id)}`),
      })
    }
    add({
      id: 'pause',
      disabledReason: readOnly,
      group: 'Commands',
      icon: icon(paused ? 'play' : 'pause'),
      title: paused ? 'Resume the queue' : 'Pause the queue',
      keys: 'Mod+Shift+P',
      run: togglePause,
    })
    add({
      id: 'enqueue',
      disabledReason: readOnly,
      group: 'Commands',
      icon: icon('plus'),
      title: 'Enqueue a job',
      keys: 'Mod+E',
      run: unlessRefused(() => navigate('/enqueue')),
    })
    for (const act of queueActs) {
      add({
        id: act,
        group: 'Commands',
        disabledReason: readOnly,
        icon: icon('trash'),
        title: `${actTitles[act]}…`,
        run: unlessRefused(() => {
          // Where its progress and its end are seen.
          navigate('/jobs')
          stores.ui.setState({ question: { kind: 'queue-act', act } })
        }),
      })
    }
    if (profile?.readOnly === true) {
      const allowed = profile.changesAllowedUntil !== undefined
      add({
        id: 'changes',
        group: 'Commands',
        icon: icon(allowed ? 'lock' : 'warn'),
        title: allowed ? 'End changes' : 'Allow changes…',
        hint: profile.name,
        run: allowed ? endChanges : () => stores.ui.setState({ question: { kind: 'allow-changes' } }),
      })
    }
    if (size !== undefined) {
      add({
        id: 'more-threads',
        group: 'Commands',
        icon: icon('threads'),
        title: 'Add one thread',
        hint: `${size} → ${size + 1}`,
        run: () => setSize(size + 1),
      })
      if (size > 1) {
        add({
          id: 'fewer-threads',
          group: 'Commands',
          icon: icon('threads'),
          title: 'Retire one thread',
          hint: `${size} → ${size - 1}`,
          run: () => setSize(size - 1),
        })
      }
    }
    for (const theme of themes) {
      add({
        id: `theme-${theme}`,
        group: 'Commands',
        icon: icon('moon'),
        title: `Theme: ${theme}`,
        run: () => setPreferences({ panel: { theme } }),
      })
    }
    for (const density of densities) {
      add({
        id: `density-${density}`,
        group: 'Commands',
        icon: icon('jobs'),
        title: `Density: ${density}`,
        run: () => setPreferences({ panel: { density } }),
      })
    }
    add({
      id: 'shortcuts',
      group: 'Commands',
      icon: icon('keyboard'),
      title: 'All shortcuts',
      keys: '?',
      run: () => stores.ui.setState({ shortcutsOpen: true }),
    })
    for (const screen of screens) {
      add({
        id: screen.path,
        group: 'Go to',
        icon: icon(screen.icon),
        title: screen.label,
        keys: screen.keys,
        run: () => navigate(screen.path),
      })
    }
    for (const type of jobTypes ?? []) {
      add({
        id: `enqueue ${type.name}`,
        disabledReason: readOnly,
        group: 'Enqueue',
        icon: icon('plus'),
        title: `Enqueue ${type.name}`,
        hint: type.title,
        run: unlessRefused(() => navigate(`/enqueue/${encodeURIComponent(type.name)}`)),
      })
    }
    for (const job of [...rows.values()].slice(-jobsAtMost).reverse()) {
      const glyph = glyphOfJob(job)
      add({
        id: `job ${job.id}`,
        group: 'Jobs',
        icon: <StateGlyph name={glyph} label={false} />,
        title: `${job.type} #${job.id}`,
        hint: glyphLabels[glyph].toLowerCase(),
        run: () => navigate(`/jobs/${encodeURIComponent(job.id)}`),
      })
    }
    if (query.trim() !== '') {
      add({
        id: 'search',
        group: 'Jobs',
        icon: icon('search'),
        title: query.trim(),
        hint: 'Search in all jobs',
        run: () => navigate(`/jobs?query=${encodeURIComponent(query.trim())}`),
      })
    }
    return commands
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the setters are new at each render and do the same.
  }, [query, paused, size, jobTypes, rows, readOnly, profile, navigate, stores])
}
