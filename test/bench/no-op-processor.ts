/** The no-op of BullMQ's own worker threads. */
function noOp(): Promise<null> {
  return Promise.resolve(null)
}

// oxlint-disable-next-line import/no-default-export -- BullMQ loads a processor file by its default export
export default noOp
