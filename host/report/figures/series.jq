# Rows as blocks of lines for gnuplot: `index "name"` finds a block by the name in its first line, a comment.
# Each takes a list of points with the values of their results.

def cells: map(if type == "number" then tostring else "\"\(.)\"" end) | join(" ");

# One block per value of .[$by], sorted by .[$x]; a line holds x and then whatever `columns` makes of the point.
def series($by; $x; columns):
    group_by(.[$by])
    | map("# \(.[0][$by])\n" + (sort_by(.[$x]) | map([.[$x]] + [columns] | cells) | join("\n")))
    | join("\n\n\n");

# One block per value of .[$by]; the lines are in the order of $labels, which are values of .[$x].
def bars($by; $x; $labels; columns):
    group_by(.[$by])
    | map("# \(.[0][$by])\n"
          + (sort_by(.[$x] as $l | $labels | index([$l])) | map([.[$x]] + [columns] | cells) | join("\n")))
    | join("\n\n\n");
