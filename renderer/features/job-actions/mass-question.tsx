import { ConfirmDialog } from '../../components/confirm-dialog.tsx'
import type { PanelError } from '../../lib/errors.ts'
import { usePanel, useSystem } from '../../lib/panel-context.tsx'
import { useLoad } from '../../lib/use-load.ts'
import type { Mass } from '../../stores/mass.ts'
import { Counted } from './counted.tsx'
import { losses, massLabel, touchedOf, type Touched } from './mass-words.ts'
import { nameToType, runMass } from './use-mass.ts'

/** How many jobs would be touched: told by the runner, which finds them but changes nothing. */
function useTouched(mass: Mass): { touched: Touched | undefined; error: PanelError | undefined; again(): void } {
  const { client } = usePanel()
  const { value, error, reload } = useLoad(JSON.stringify(mass), async (signal) => {
    if (mass.kind === 'picked') return touchedOf(mass.jobs)
    const { query, action } = mass
    for await (const answer of await client.jobs.batch({ ...query, action, dryRun: true }, { signal })) return answer
    return undefined
  })
  return { touched: value, error, again: reload }
}

/** Before something is done to many jobs: how many, what is lost, and on production the profile's name. */
export function MassQuestion({ mass, onClose }: { mass: Mass; onClose(): void }) {
  const { client, stores } = usePanel()
  const profile = useSystem((system) => system?.profile.name)
  const { touched, error, again } = useTouched(mass)
  const label = massLabel(mass, touched)
  const name = nameToType(stores)
  const waitReason =
    error !== undefined || touched === undefined
      ? 'The jobs have to be counted first'
      : touched.total === 0
        ? 'There is nothing to do'
        : undefined
  return (
    <ConfirmDialog
      title={`${label}${profile === undefined ? '' : ` on ${profile}`}?`}
      confirmLabel={label}
      waitReason={waitReason}
      typed={touched !== undefined && touched.total > 1 ? name : undefined}
      tone={mass.action === 'retry' ? 'primary' : 'danger'}
      onConfirm={() => runMass(client, stores, mass, name)}
      onClose={onClose}
    >
      <Counted touched={touched} error={error} onAgain={again} />
      <p>{losses[mass.action]}</p>
    </ConfirmDialog>
  )
}
