import { EventEmitter } from 'node:events'

/** Like Electron's: messages wait until `start`, and arrive as events with `data`. */
export class MessagePortMain extends EventEmitter {
  peer: MessagePortMain | undefined
  #waiting: unknown[] | undefined = []

  postMessage(data: unknown): void {
    const { peer } = this
    queueMicrotask(() => peer?.receive(data))
  }

  start(): void {
    const waiting = this.#waiting ?? []
    this.#waiting = undefined
    for (const data of waiting) this.receive(data)
  }

  close(): void {
    const { peer } = this
    this.peer = undefined
    if (peer === undefined) return
    peer.peer = undefined
    peer.emit('close')
  }

  private receive(data: unknown): void {
    if (this.#waiting === undefined) this.emit('message', { data, ports: [] })
    else this.#waiting.push(data)
  }
}

export class MessageChannelMain {
  readonly port1 = new MessagePortMain()
  readonly port2 = new MessagePortMain()

  constructor() {
    this.port1.peer = this.port2
    this.port2.peer = this.port1
  }
}
