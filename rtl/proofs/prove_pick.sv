// Proof of sky_sched_pick for every queue: what it picks, what it may not pick, and that it picks when it can. Rules
// about all entries are stated of one other entry, which may be any. Positions take 16 values, their four bits spread
// over the 40: enough for any order of eight entries and the elevator, and a lost bit shows.
module prove_pick #(
  parameter int unsigned Entries = 8,
  localparam int unsigned IndexWidth = (Entries > 1) ? $clog2(Entries) : 1
) (
  input logic [1:0]            policy_i,
  input logic [Entries-1:0]    waiting_i,
  input logic [Entries-1:0]    ready_i,
  input logic                  overdue_i,
  input logic [Entries*8-1:0]  distance_i,
  input logic [Entries*4-1:0]  position_i,
  input logic [3:0]            last_i,
  input logic                  up_i,
  input logic [IndexWidth-1:0] other_i
);

  function automatic [39:0] spread(input [3:0] rank);
    spread = {rank[3], 12'd0, rank[2], 12'd0, rank[1], 12'd0, rank[0]};
  endfunction
  logic [Entries*40-1:0] positions;
  logic [39:0] last;
  always_comb begin
    for (int e = 0; e < Entries; e++) positions[e*40+:40] = spread(position_i[e*4+:4]);
    last = spread(last_i);
  end

  logic valid, up;
  logic [IndexWidth-1:0] index;
  sky_sched_pick #(.Entries(Entries)) u_pick (
    .policy_i(policy_i), .waiting_i(waiting_i), .ready_i(ready_i), .overdue_i(overdue_i), .distance_i(distance_i),
    .position_i(positions), .last_position_i(last), .up_i(up_i), .valid_o(valid), .index_o(index), .up_o(up)
  );

  logic in_order, nearest, elevator, coalesce, candidate, older;
  assign in_order  = overdue_i || policy_i == 2'd0;
  assign nearest   = !in_order && policy_i == 2'd1;
  assign elevator  = !in_order && policy_i == 2'd2;
  assign coalesce  = !in_order && policy_i == 2'd3;
  assign candidate = waiting_i[other_i] && ready_i[other_i];
  assign older     = other_i < index;

  logic [7:0] picked_distance, other_distance;
  logic [3:0] picked, other;
  assign picked_distance = distance_i[index*8+:8];
  assign other_distance  = distance_i[other_i*8+:8];
  assign picked          = position_i[index*4+:4];
  assign other           = position_i[other_i*4+:4];

  always_comb begin
    assume (other_i < Entries);
    PicksOnlyWhatWaitsAndIsReady : assert (!valid || (index < Entries && waiting_i[index] && ready_i[index]));
    PicksWhenOneIsReady          : assert (valid || in_order || !candidate);
    InOrderPassesNobody          : assert (!valid || !in_order || !older || !waiting_i[other_i]);
    InOrderPicksTheOldest        : assert (!in_order || valid || !candidate ||
                                           (waiting_i & ~ready_i & ((1 << other_i) - 1)) != 0);
    NoneIsNearer                 : assert (!valid || !nearest || !candidate || picked_distance <= other_distance);
    NearestTiesToTheOldest       : assert (!valid || !nearest || !candidate || !older ||
                                           picked_distance != other_distance);
    CoalescePassesNoneThatIsReady: assert (!valid || !coalesce || !candidate || !older);
    TurnsOnlyAsAnElevator        : assert (up == up_i || (valid && elevator));
    if (valid && elevator) begin
      GoesItsWay                 : assert (up ? picked >= last_i : picked <= last_i);
      ElevatorTiesToTheOldest    : assert (!candidate || !older || picked != other);
      if (candidate) begin
        TurnsOnlyAtTheEnd        : assert (up == up_i || (up_i ? other < last_i : other > last_i));
        SkipsNoneOnItsWay        : assert (up ? (other < last_i || other >= picked) : (other > last_i || other <= picked));
      end
    end
  end

endmodule
