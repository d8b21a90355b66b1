import { Modal } from '@mantine/core'
import { IconButton } from '../../components/button.tsx'
import { ErrorRegion, Skeleton } from '../../components/region-states.tsx'
import { formatId, localizeTimes } from '../../lib/format.ts'
import {
  useClient,
  useJobRow,
  usePanel,
  usePreferences,
  useQueue,
  useRunners,
  useThreads,
  useUi,
} from '../../lib/panel-context.tsx'
import { useLoad, useThrottledEffect } from '../../lib/use-load.ts'
import { Checklist } from './checklist.tsx'
import './why.css'

/** Read anew at most this often, when something it depends on has changed. */
const everyMs = 1000

function Why({ id, onClose }: { id: string; onClose(): void }) {
  const client = useClient()
  const { value, error, reload } = useLoad(id, (signal) => client.jobs.why({ id }, { signal }))
  // What the reasons are made of: each tells of its changes by itself.
  useThrottledEffect(useJobRow(id), everyMs, reload)
  useThrottledEffect(
    useQueue((queue) => queue),
    everyMs,
    reload,
  )
  useThrottledEffect(
    useThreads((threads) => threads?.map((thread) => `${thread.id} ${thread.job?.id ?? ''}`).join()),
    everyMs,
    reload,
  )
  useThrottledEffect(
    useRunners((runners) => runners?.length),
    everyMs,
    reload,
  )
  useThrottledEffect(
    usePreferences((preferences) => preferences),
    everyMs,
    reload,
  )
  return (
    <Modal.Root opened onClose={onClose} size={560}>
      <Modal.Overlay />
      {/* Mantine names it by its own title only. */}
      <Modal.Content aria-label={value === undefined ? 'Why isn’t it running?' : localizeTimes(value.title)}>
        <Modal.Body>
          <div className="why-d">
            <div className="why-h">
              <p>
                Why isn’t it running? <span className="mono dim">{formatId(id)}</span>
              </p>
              <IconButton size="sm" icon="x" label="Close" data-autofocus onClick={onClose} />
            </div>
            {value === undefined ? (
              error === undefined ? (
                <Skeleton rows={8} />
              ) : (
                <ErrorRegion title="The reasons could not be read" error={error} onRetry={reload} />
              )
            ) : (
              <>
                <h2 aria-live="polite">{localizeTimes(value.title)}</h2>
                {value.checks.length > 0 && (
                  <Checklist job={{ id, type: '', state: value.state }} checks={value.checks} onLeave={onClose} />
                )}
              </>
            )}
          </div>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  )
}

/** The checklist of one job, opened with W or from its detail. */
export function WhyDialog() {
  const { stores } = usePanel()
  const id = useUi((state) => state.whyId)
  if (id === undefined) return null
  return <Why key={id} id={id} onClose={() => stores.ui.setState({ whyId: undefined })} />
}
