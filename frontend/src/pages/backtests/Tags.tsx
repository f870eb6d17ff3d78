/** Tags to read. */
export function Tags({ tags }: { tags: readonly string[] }) {
  return (
    <span className="chips">
      {tags.map((tag) => (
        <span key={tag} className="tag">
          {tag}
        </span>
      ))}
    </span>
  );
}
