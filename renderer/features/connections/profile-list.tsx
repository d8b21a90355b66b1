import { useRef, useState, type KeyboardEvent, type ReactNode } from 'react'
import { Link } from 'wouter'
import type { ConnectionProfile } from '../../../electron/contract/connection-profile.ts'
import { buttonClass } from '../../components/button.tsx'
import { Icon } from '../../components/icon.tsx'
import { counted } from '../../components/words.ts'
import { useClosedFolders } from './closed-folders.ts'
import { groupProfiles } from './profile-groups.ts'
import { ProfileRow } from './profile-row.tsx'

function moveFocus(event: KeyboardEvent<HTMLElement>): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key]
  if (step === undefined) return
  const stops = [...event.currentTarget.querySelectorAll<HTMLElement>('.cp, .cp-f')]
  const at = stops.findIndex((stop) => stop === document.activeElement)
  const next = stops[at === -1 ? 0 : at + step]
  if (next === undefined) return
  event.preventDefault()
  next.focus()
}

/** Every profile, by folder, with a search over all that is known of them. */
export function ProfileList({
  profiles,
  currentId,
  selectedId,
  edited,
  actions,
  fresh,
}: {
  profiles: readonly ConnectionProfile[]
  currentId: string
  selectedId: string | undefined
  /** Keys of what has unsaved changes. */
  edited: ReadonlySet<string>
  actions: ReactNode
  /** Rows of profiles that are not stored yet. */
  fresh: ReactNode
}) {
  const [search, setSearch] = useState('')
  const [closed, toggle] = useClosedFolders()
  const rows = useRef<HTMLDivElement>(null)
  const searching = search.trim() !== ''
  const groups = groupProfiles(profiles, search)
  const found = groups.reduce((sum, group) => sum + group.profiles.length, 0)
  return (
    <section className="cn-l" aria-label="Profiles">
      <div className="head">
        <h1>Connections</h1>
        <div className="right">
          <Link href="/connections/new" className={buttonClass('default', 'sm')} aria-label="New profile">
            <Icon name="plus" />
            <span className="wide">New</span>
          </Link>
          {actions}
        </div>
      </div>
      <div className="cn-s">
        <span className="input sm">
          <Icon name="search" className="sm" />
          <input
            type="search"
            aria-label="Find a profile"
            placeholder="Find a profile"
            value={search}
            onChange={(event) => setSearch(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === 'Escape') setSearch('')
              if (event.key !== 'ArrowDown') return
              event.preventDefault()
              rows.current?.querySelector<HTMLElement>('.cp')?.focus()
            }}
          />
        </span>
        <span className="sr" role="status">
          {searching ? `${counted(found, 'profile')} found` : ''}
        </span>
      </div>
      <div className="cps scroll" role="group" aria-label="Profiles by folder" ref={rows} onKeyDown={moveFocus}>
        {fresh}
        {groups.map(({ folder, profiles: members }) => {
          const open = searching || !closed.has(folder)
          return (
            <div key={folder} role="group" aria-label={folder === '' ? 'Without a folder' : `Folder ${folder}`}>
              {folder !== '' && (
                <button type="button" className="cp-f" aria-expanded={open} onClick={() => toggle(folder)}>
                  <Icon name={open ? 'down' : 'right'} className="sm" />
                  <span className="cut">{folder.replaceAll('/', ' / ')}</span>
                  <span className="n">{members.length}</span>
                </button>
              )}
              {open && (
                <ul>
                  {members.map((profile) => (
                    <ProfileRow
                      key={profile.id}
                      profile={profile}
                      selected={profile.id === selectedId}
                      inUse={profile.id === currentId}
                      edited={edited.has(profile.id)}
                    />
                  ))}
                </ul>
              )}
            </div>
          )
        })}
        {searching && found === 0 && <p className="cn-none">No profile matches. Try another word.</p>}
      </div>
    </section>
  )
}
