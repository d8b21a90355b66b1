import { Modal } from '@mantine/core'
import { Kbd } from '../components/kbd.tsx'
import { IconButton } from '../components/button.tsx'
import { usePanel, useUi } from '../lib/panel-context.tsx'

const groups: readonly { title: string; keys: readonly (readonly [string, string])[] }[] = [
  {
    title: 'Everywhere',
    keys: [
      ['Mod+K', 'Search and commands'],
      ['Mod+E', 'Enqueue'],
      ['Mod+Shift+P', 'Pause or resume'],
      ['Mod+1', 'Overview; 2 to 5 the next screens'],
      ['Mod+,', 'Preferences'],
      ['Mod+[', 'Back'],
      ['Mod+]', 'Forward'],
      ['?', 'All shortcuts'],
    ],
  },
  {
    title: 'In the job list',
    keys: [
      ['/', 'Filter'],
      ['J', 'Next'],
      ['K', 'Previous'],
      ['Enter', 'Open'],
      ['Mod+Enter', 'Open on the full page'],
      ['Escape', 'Close, or clear the selection'],
      ['.', 'Show new jobs'],
      ['X', 'Select'],
      ['Shift+J', 'Extend the selection'],
      ['Mod+A', 'Select all that match'],
    ],
  },
  {
    title: 'On the job under the cursor',
    keys: [
      ['C', 'Cancel'],
      ['Shift+C', 'Kill'],
      ['R', 'Retry'],
      ['E', 'Edit and rerun'],
      ['W', 'Why it is not running'],
      ['T', 'Its thread'],
      ['L', 'Its logs'],
      ['Y', 'Copy its id'],
    ],
  },
  {
    title: 'On Threads',
    keys: [
      ['Space', 'Freeze'],
      ['+', 'One thread more'],
      ['-', 'One thread fewer'],
    ],
  },
]

/** Every shortcut there is, at `?`. */
export function ShortcutsOverlay() {
  const { stores } = usePanel()
  const open = useUi((state) => state.shortcutsOpen)
  const close = (): void => stores.ui.setState({ shortcutsOpen: false })
  if (!open) return null
  return (
    <Modal.Root opened onClose={close} size={680}>
      <Modal.Overlay />
      <Modal.Content aria-label="All shortcuts">
        <Modal.Body>
          <div className="sc">
            <div className="sc-h">
              <h2>All shortcuts</h2>
              <IconButton size="sm" icon="x" label="Close" data-autofocus onClick={close} />
            </div>
            <div className="sc-g">
              {groups.map((group) => (
                <section key={group.title}>
                  <h3>{group.title}</h3>
                  <dl>
                    {group.keys.map(([keys, does]) => (
                      <div key={keys}>
                        <dt>{does}</dt>
                        <dd>
                          <Kbd keys={keys} />
                        </dd>
                      </div>
                    ))}
                  </dl>
                </section>
              ))}
            </div>
          </div>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  )
}
