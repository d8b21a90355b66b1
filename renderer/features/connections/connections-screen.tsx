import { useEffect, useState } from 'react'
import { useStore } from 'zustand'
import { Link, useSearchParams } from 'wouter'
import type { ProfileList as Profiles } from '../../../electron/contract/profile-api.ts'
import { Icon } from '../../components/icon.tsx'
import { Empty, ErrorRegion, Skeleton } from '../../components/region-states.tsx'
import { usePanel, useSystem } from '../../lib/panel-context.tsx'
import { emptyForm, formOf, type FormValues } from './form-values.ts'
import { ListMenu } from './list-menu.tsx'
import { ProfileEditor } from './profile-editor.tsx'
import { ProfileList } from './profile-list.tsx'
import { useProfiles } from './use-profiles.ts'
import '../../components/schema-form/schema-form.css'
import './connections.css'
import './profile-editor.css'

const newKey = 'new'
const givenId = 'environment'

/** A copy starts with everything but the passwords, which nobody can read. */
function copyOf(values: FormValues): FormValues {
  return { ...values, name: `${values.name.slice(0, 55)} copy` }
}

function FreshRow({ selected }: { selected: boolean }) {
  return (
    <Link href="/connections/new" className="cp c-slate" aria-current={selected ? 'true' : undefined}>
      <span className="cp-i">
        <Icon name="plus" />
      </span>
      <b>New profile</b>
      <small>not saved yet</small>
    </Link>
  )
}

/** A profile that the list does not have: one just made, by this window or another, is in the list read next. */
function Gone({ list, reload }: { list: Profiles; reload(): void }) {
  const [before] = useState(list)
  useEffect(reload, [reload])
  if (list === before) return <Skeleton label="Reading the profiles" rows={5} />
  return (
    <div className="middle cn-gone">
      <Empty
        icon="search"
        title="There is no such profile"
        actions={<Link href="/connections">Show the one in use</Link>}
      >
        It may have been removed.
      </Empty>
    </div>
  )
}

function Loaded({ list, id, reload }: { list: Profiles; id: string | undefined; reload(): void }) {
  const [query] = useSearchParams()
  const edits = useStore(usePanel().stores.profileDrafts, (state) => state.edits)
  const inUseId = useSystem((system) => system?.profile.id) ?? list.currentId
  const { profiles, fixedByEnvironment } = list
  const isNew = id === newKey
  const selected = isNew ? undefined : profiles.find((profile) => profile.id === (id ?? inUseId))
  const source = isNew ? profiles.find((profile) => profile.id === query.get('from')) : undefined
  const folders = [...new Set(profiles.flatMap(({ folder }) => (folder === undefined ? [] : [folder])))].toSorted()
  const formKey = selected?.id ?? (source === undefined ? newKey : `copy of ${source.id}`)
  return (
    <div className="cn">
      <ProfileList
        profiles={profiles}
        currentId={inUseId}
        selectedId={selected?.id}
        edited={new Set(edits.keys())}
        actions={<ListMenu onImported={reload} />}
        fresh={isNew || edits.has(newKey) ? <FreshRow selected={isNew} /> : null}
      />
      {selected !== undefined || isNew ? (
        <ProfileEditor
          key={formKey}
          formKey={formKey}
          profile={selected}
          base={selected !== undefined ? formOf(selected) : source !== undefined ? copyOf(formOf(source)) : emptyForm}
          note={
            source !== undefined && source.secretsSet.length > 0
              ? `A copy of ${source.name}. Its passwords are not copied: enter them again.`
              : undefined
          }
          locked={
            selected?.id === givenId ? 'Set by TORIL_PROFILE. Change it there, where Toril is started.' : undefined
          }
          inUse={selected?.id === inUseId}
          fixedByEnvironment={fixedByEnvironment}
          folders={folders}
          reload={reload}
        />
      ) : (
        <Gone list={list} reload={reload} />
      )}
    </div>
  )
}

/** Every profile, one of them to edit, and what its servers say. */
export function ConnectionsScreen({ id }: { id: string | undefined }) {
  const { value, error, reload } = useProfiles()
  if (value !== undefined) return <Loaded list={value} id={id} reload={reload} />
  if (error !== undefined) return <ErrorRegion title="The profiles could not be read" error={error} onRetry={reload} />
  return <Skeleton label="Reading the profiles" rows={5} />
}
