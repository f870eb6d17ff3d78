import { useWords } from "../lang/words";

/** A list that is read a page at a time. */
interface Paged {
  hasNextPage: boolean;
  isFetchingNextPage: boolean;
  fetchNextPage: () => unknown;
}

/** Reads the next page of a list, if there is one. */
export function Older({ list }: { list: Paged }) {
  const { t } = useWords();
  return (
    list.hasNextPage && (
      <div className="body">
        <button type="button" disabled={list.isFetchingNextPage} onClick={() => void list.fetchNextPage()}>
          {t("action.older")}
        </button>
      </div>
    )
  );
}
