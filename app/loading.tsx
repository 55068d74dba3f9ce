import { LoadingState } from '@/components/ui/empty-state'

export default function LoadingPage() {
  return <LoadingState label="Loading page" />
}
