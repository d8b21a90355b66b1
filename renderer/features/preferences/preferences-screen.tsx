import { useEffect, useEffectEvent, useState } from 'react'
import { Link, useSearchParams } from 'wouter'
import type { Preferences } from '../../../electron/contract/preferences.ts'
import { Icon } from '../../components/icon.tsx'
import { Skeleton } from '../../components/region-states.tsx'
import { usePreferences, useSystem } from '../../lib/panel-context.tsx'
import { FolderState } from './folder-state.tsx'
import { PendingBar } from './pending-bar.tsx'
import { afterChanges, settingAt } from './preferences-draft.ts'
import { PreviewPane } from './preview-pane.tsx'
import { SettingRow } from './setting-row.tsx'
import { findSettings, sections, type Section } from './settings.ts'
import { usePreferencesDraft, type PreferencesDraft } from './use-preferences-draft.ts'
import './preferences.css'

/** The settings of runner and panel. Edits wait for Apply, and show what they would do. */
export function PreferencesScreen() {
  const saved = usePreferences((preferences) => preferences)
  return saved === undefined ? <Skeleton label="Reading the preferences" rows={6} /> : <Loaded saved={saved} />
}

function Loaded({ saved }: { saved: Preferences }) {
  const draft = usePreferencesDraft(saved)
  const [query, setQuery] = useSearchParams()
  const [search, setSearch] = useState('')
  const section = sections.find(({ id }) => id === query.get('section')) ?? sections[0]
  const searching = search.trim() !== ''
  const shown = searching ? findSettings(search) : section === undefined ? [] : [section]

  const onKey = useEffectEvent((event: KeyboardEvent) => {
    if (event.key.toLowerCase() !== 's' || !(event.metaKey || event.ctrlKey) || event.shiftKey) return
    event.preventDefault()
    draft.apply()
  })
  useEffect(() => {
    window.addEventListener('keydown', onKey)
    return () => window.removeEventListener('keydown', onKey)
  }, [])

  const show = (path: string): void => {
    const owner = sections.find(({ groups }) =>
      groups.some(({ settings }) => settings.some((setting) => setting.path === path)),
    )
    if (owner === undefined) return
    setSearch('')
    setQuery({ section: owner.id }, { replace: true })
    requestAnimationFrame(() => document.getElementById(path)?.focus())
  }

  const wanted = query.get('setting')
  const showWanted = useEffectEvent(show)
  useEffect(() => {
    if (wanted !== null) showWanted(wanted)
  }, [wanted])

  return (
    <div className="pf">
      <nav className="pf-nav" aria-label="Sections of the preferences">
        <div className="head">
          <h1>Preferences</h1>
        </div>
        <div className="pf-s">
          <span className="input sm">
            <Icon name="search" className="sm" />
            <input
              type="search"
              aria-label="Find a setting"
              placeholder="Find a setting"
              value={search}
              onChange={(event) => setSearch(event.target.value)}
              onKeyDown={(event) => event.key === 'Escape' && setSearch('')}
            />
          </span>
        </div>
        {(['Runner', 'App'] as const).map((area) => (
          <div key={area}>
            <h2 className="side-h">{area}</h2>
            <ul className="nav">
              {sections
                .filter((other) => other.area === area)
                .map((other) => (
                  <li key={other.id}>
                    <Link
                      href={`/preferences?section=${other.id}`}
                      aria-current={!searching && other === section ? 'true' : undefined}
                      onClick={() => setSearch('')}
                    >
                      <Icon name={other.icon} />
                      <span>{other.label}</span>
                      <Changed section={other} draft={draft} />
                    </Link>
                  </li>
                ))}
            </ul>
          </div>
        ))}
      </nav>
      <section className="pf-b" aria-labelledby="pf-h">
        <div className="head">
          <h2 id="pf-h">{searching ? 'Found' : section?.label}</h2>
          <span className="meta">{searching ? `for “${search.trim()}”` : section?.meta}</span>
        </div>
        <div className="pf-sc scroll">
          {shown.map((part) => (
            <SectionRows key={part.id} section={part} named={searching} saved={saved} draft={draft} />
          ))}
          {!searching && section?.id === 'folders' && <FolderState />}
          {shown.length === 0 && <p className="pf-none">No setting matches. Try another word.</p>}
        </div>
      </section>
      <PreviewPane saved={saved} next={afterChanges(saved, draft.changes)} changes={draft.changes} />
      <PendingBar draft={draft} onShow={show} />
    </div>
  )
}

function Changed({ section, draft }: { section: Section; draft: PreferencesDraft }) {
  const paths = new Set(section.groups.flatMap(({ settings }) => settings.map(({ path }) => path)))
  const count = draft.changes.filter(({ setting }) => paths.has(setting.path)).length
  if (count === 0) return null
  return (
    <span className="n chg" aria-label={`${count} changed`}>
      {count}
    </span>
  )
}

function SectionRows({
  section,
  named,
  saved,
  draft,
}: {
  section: Section
  named: boolean
  saved: Preferences
  draft: PreferencesDraft
}) {
  const system = useSystem((value) => value)
  return section.groups.map((group) => (
    <div key={group.title} role="group" aria-label={group.title}>
      <h3 className="ps-h">{named ? `${section.label}, ${group.title.toLowerCase()}` : group.title}</h3>
      {group.settings.map((setting) => {
        const change = draft.changes.find((other) => other.setting === setting)
        const fixed = system?.environment.find(({ field }) => field === setting.path)
        return (
          <SettingRow
            key={`${setting.path} ${draft.turn}`}
            setting={setting}
            value={change?.after ?? (change === undefined ? (fixed?.value ?? settingAt(saved, setting.path)) : null)}
            change={change}
            problem={draft.problems.get(setting.path)}
            variable={fixed?.variable}
            system={system}
            onChange={(value) => draft.edit(setting.path, value)}
            onUndo={() => draft.undo(setting.path)}
          />
        )
      })}
    </div>
  ))
}
