export type FromPage = { kind: 'send'; channel: string } | { kind: 'port'; id: number; text: string }

declare global {
  interface Window {
    standIn(message: FromPage): void
    standInReceive(channel: string, argument: unknown, portIds: number[]): void
    standInPort(id: number, text: string): void
  }
}

type Listener = (event: { ports: MessagePort[] }, argument: unknown) => void

/**
 * Runs in the page before its scripts: gives the preload the `electron` it expects. It has to be one
 * function with no outside references, because its text is what travels. Ports carry text alone.
 */
export function pageBridge(preload: (require: () => unknown, process: { platform: string }) => void): void {
  const listeners = new Map<string, Listener>()
  const ports = new Map<number, MessagePort>()
  window.standInReceive = (channel, argument, portIds) => {
    const given = portIds.map((id) => {
      const { port1, port2 } = new MessageChannel()
      port1.onmessage = ({ data }: MessageEvent<string>) => window.standIn({ kind: 'port', id, text: data })
      ports.set(id, port1)
      return port2
    })
    listeners.get(channel)?.({ ports: given }, argument)
  }
  window.standInPort = (id, text) => ports.get(id)?.postMessage(text)
  const expose = (name: string, value: unknown) => Object.defineProperty(window, name, { value })
  const send = (channel: string) => window.standIn({ kind: 'send', channel })
  const on = (channel: string, listener: Listener) => listeners.set(channel, listener)
  preload(() => ({ contextBridge: { exposeInMainWorld: expose }, ipcRenderer: { send, on } }), { platform: 'linux' })
}
