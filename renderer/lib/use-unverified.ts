import { useSystem } from './panel-context.tsx'

/** Whether a certificate of the connection in use is taken unseen; the runner says so in a notice. */
export function useUnverified(): boolean {
  return useSystem((system) => system?.notices.some(({ code }) => code === 'TLS_NOT_VERIFIED') === true)
}
