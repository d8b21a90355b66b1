import { Menu } from '@mantine/core'
import { useRef, useState } from 'react'
import type { Json } from '../../../electron/contract/json.ts'
import { IconButton } from '../../components/button.tsx'
import { Icon } from '../../components/icon.tsx'
import { useToast } from '../../lib/panel-context.tsx'
import { ExportDialog } from './export-dialog.tsx'
import { ImportDialog, type PickedFile } from './import-dialog.tsx'

/** What concerns all profiles at once: out to a file, and in from one. */
export function ListMenu({ onImported }: { onImported(): void }) {
  const [exporting, setExporting] = useState(false)
  const [picked, setPicked] = useState<PickedFile>()
  const input = useRef<HTMLInputElement>(null)
  const toast = useToast()

  const read = async (file: File): Promise<void> => {
    try {
      setPicked({ name: file.name, contents: JSON.parse(await file.text()) as Json })
    } catch {
      toast({ title: 'Not imported', detail: `${file.name} is no file of exported profiles.`, role: 'alert' })
    }
  }

  return (
    <>
      <Menu position="bottom-end" width={200}>
        <Menu.Target>
          <IconButton size="sm" icon="more" label="Import and export" />
        </Menu.Target>
        <Menu.Dropdown>
          <Menu.Item leftSection={<Icon name="file" />} onClick={() => input.current?.click()}>
            Import…
          </Menu.Item>
          <Menu.Item leftSection={<Icon name="follow" />} onClick={() => setExporting(true)}>
            Export all…
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      <input
        ref={input}
        type="file"
        accept=".json,application/json"
        hidden
        aria-label="File with exported profiles"
        onChange={(event) => {
          const [file] = event.target.files ?? []
          // The same file can be chosen again.
          event.target.value = ''
          if (file !== undefined) void read(file)
        }}
      />
      {exporting && <ExportDialog onClose={() => setExporting(false)} />}
      {picked !== undefined && <ImportDialog file={picked} onDone={onImported} onClose={() => setPicked(undefined)} />}
    </>
  )
}
