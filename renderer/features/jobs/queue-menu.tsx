import { Menu } from '@mantine/core'
import { Icon } from '../../components/icon.tsx'
import { usePanel } from '../../lib/panel-context.tsx'
import { refusesChange } from '../../lib/read-only.ts'
import { useReadOnly } from '../../lib/use-read-only.ts'
import { queueActs } from '../../stores/mass.ts'
import { actTitles } from '../job-actions/queue-acts.ts'

/** Mantine's own way to disable an item takes it out of the keyboard's reach, and its press. */
function asDisabled(item: HTMLButtonElement | null): void {
  item?.setAttribute('aria-disabled', 'true')
}

/** What can be done to the whole queue, whatever the list shows. */
export function QueueMenu() {
  const { stores } = usePanel()
  const readOnly = useReadOnly()
  return (
    <Menu position="bottom-end" width={240}>
      <Menu.Target>
        <button type="button" className="icon-btn" aria-label="Empty the queue">
          <Icon name="more" />
        </button>
      </Menu.Target>
      <Menu.Dropdown>
        {readOnly !== undefined && <Menu.Label>{readOnly}</Menu.Label>}
        {queueActs.map((act) => (
          <Menu.Item
            key={`${act} ${readOnly ?? ''}`}
            className={act === 'obliterate' ? 'mi-danger' : undefined}
            leftSection={<Icon name="trash" />}
            {...(readOnly === undefined ? {} : { ref: asDisabled })}
            onClick={() => {
              if (!refusesChange(stores)) stores.ui.setState({ question: { kind: 'queue-act', act } })
            }}
          >
            {actTitles[act]}…
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
