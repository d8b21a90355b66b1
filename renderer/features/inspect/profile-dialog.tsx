import { Modal } from '@mantine/core'
import { useMemo, useState } from 'react'
import { callTree, hottest } from '../../../electron/contract/call-tree.ts'
import type { CpuProfile } from '../../../electron/contract/profile.ts'
import { Button, IconButton } from '../../components/button.tsx'
import { Segmented } from '../../components/segmented.tsx'
import { formatId } from '../../lib/format.ts'
import { FlameGraph } from './flame-graph.tsx'
import { FunctionTable } from './function-table.tsx'
import { describeProfile } from './profile-words.ts'
import { saveProfile } from './save-profile.ts'

type View = 'flame' | 'table'
const views: readonly { value: View; label: string }[] = [
  { value: 'flame', label: 'Flame graph' },
  { value: 'table', label: 'Functions' },
]

/** A recorded profile in full: the picture, the same as a table, and the file. */
export function ProfileDialog({ profile, onClose }: { profile: CpuProfile; onClose(): void }) {
  const [view, setView] = useState<View>('flame')
  const root = useMemo(() => callTree(profile), [profile])
  const functions = useMemo(() => hottest(root), [root])
  const jobFiles = useMemo(() => new Set(profile.$toril.jobFiles), [profile])
  const { job } = profile.$toril
  return (
    <Modal.Root opened onClose={onClose} size="min(1120px, 94vw)" centered>
      <Modal.Overlay />
      <Modal.Content>
        <Modal.Body>
          <div className="prof">
            <div className="prof-h">
              <div>
                <Modal.Title>
                  CPU profile of <span className="mono">{job.type}</span> {formatId(job.id)}
                </Modal.Title>
                <p className="dim">{describeProfile(profile)}</p>
              </div>
              <span className="grow" />
              <Segmented<View> label="View" value={view} options={views} onChange={setView} />
              <Button size="sm" icon="follow" onClick={() => saveProfile(profile)}>
                Download
              </Button>
              <IconButton size="sm" icon="x" label="Close" onClick={onClose} />
            </div>
            {view === 'flame' ? (
              <FlameGraph root={root} jobFiles={jobFiles} />
            ) : (
              <FunctionTable functions={functions} wholeUs={root.totalUs} jobFiles={jobFiles} />
            )}
          </div>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  )
}
