export function EnqueueScreen({ type }: { type: string | undefined }) {
  return <>{type}</>
}
