import type { ClipboardEvent } from 'react'
import { useToast } from '../../lib/panel-context.tsx'
import { fillFromUrl, isConnectionUrl } from './fill-from-url.ts'
import { useForm } from './form-context.tsx'

/** A whole URL that is pasted into a field for the host fills the others too. */
export function useUrlPaste(): (event: ClipboardEvent) => void {
  const form = useForm()
  const toast = useToast()
  return (event) => {
    const text = event.clipboardData.getData('text')
    if (!isConnectionUrl(text)) return
    event.preventDefault()
    const filled = fillFromUrl(text, form.values)
    if ('problem' in filled) toast({ title: 'Not filled in', detail: filled.problem, role: 'alert' })
    else {
      form.fill(filled.values, filled.secrets)
      toast({ title: filled.said })
    }
  }
}
