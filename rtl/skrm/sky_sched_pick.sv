// Scheduler pick: which of a bank's waiting requests is served next.
//
//   policy_i      picks, of the entries that wait and are ready
//   0 fcfs        the oldest waiting one, or none while that is not ready
//   1 nearest     the least distance
//   2 elevator    the next position on the way (the last one included); with none left on the way it turns
//   3 coalesce    the oldest that is ready
//
// Ties go to the oldest; entry 0 is the oldest. overdue_i makes every policy fcfs: nothing passes the oldest waiting
// entry any more. up_o is the elevator's direction after the pick: it differs from up_i only when the elevator
// turned. With nothing to pick index_o is 0. Not here: who is ready, the distances, the counters of passes.
// Combinational; equals pick_request() of sysc/model. Entries costs as many 40-bit comparators twice: once with the
// elevator's position, once in a tree of clog2(Entries) levels.
// Kept to the subset that synthesis and proof tools read.
module sky_sched_pick #(
  parameter int unsigned Entries = 32,
  localparam int unsigned IndexWidth = (Entries > 1) ? $clog2(Entries) : 1
) (
  input  logic [1:0]            policy_i,
  input  logic [Entries-1:0]    waiting_i,   // entries that wait for this bank
  input  logic [Entries-1:0]    ready_i,     // of these, those that may be served now
  input  logic                  overdue_i,   // the oldest waiting entry may not be passed any more
  input  logic [Entries*8-1:0]  distance_i,  // steps the row of each has to move first
  input  logic [Entries*40-1:0] position_i,  // {row, site} of each
  input  logic [39:0]           last_position_i,  // where the elevator is
  input  logic                  up_i,             // and which way it goes: 1 to greater positions

  output logic                  valid_o,
  output logic [IndexWidth-1:0] index_o,
  output logic                  up_o
);

  localparam logic [1:0] Fcfs     = 2'd0;
  localparam logic [1:0] Nearest  = 2'd1;
  localparam logic [1:0] Elevator = 2'd2;

  logic oldest_only;
  logic [Entries-1:0] oldest, candidates;
  assign oldest_only = overdue_i | (policy_i == Fcfs);
  assign oldest      = waiting_i & (~waiting_i + 1'b1);
  assign candidates  = waiting_i & ready_i & (oldest_only ? oldest : {Entries{1'b1}});

  // Every policy takes the least key. Behind the elevator: bit 40 set, and the other way round. A knock-out round
  // halves the field: of e and e + span the winner moves to e; in a tie e, the older, wins. With nobody to pick, and
  // by policies without keys, there is nothing to work out.
  logic [Entries-1:0] in_play;
  logic [Entries*41-1:0] keys;
  logic [Entries*IndexWidth-1:0] winner;
  logic [39:0] position;
  logic behind;
  always_comb begin
    in_play  = candidates;
    keys     = '0;
    winner   = '0;
    position = '0;
    behind   = 1'b0;
    if (candidates != '0 && !oldest_only && (policy_i == Nearest || policy_i == Elevator)) begin
      for (int unsigned e = 0; e < Entries; e++) begin
        position = position_i[e*40+:40];
        behind   = up_i ? position < last_position_i : position > last_position_i;
        if (policy_i == Nearest) keys[e*41+:41] = {33'd0, distance_i[e*8+:8]};
        else keys[e*41+:41] = {behind, position ^ {40{up_i == behind}}};
      end
    end
    if (candidates != '0) begin
      for (int unsigned e = 0; e < Entries; e++) winner[e*IndexWidth+:IndexWidth] = e[IndexWidth-1:0];
      for (int unsigned span = 1; span < Entries; span = span * 2) begin
        for (int unsigned e = 0; e + span < Entries; e = e + 2 * span) begin
          if (in_play[e+span] && (!in_play[e] || keys[(e+span)*41+:41] < keys[e*41+:41])) begin
            in_play[e]                       = 1'b1;
            keys[e*41+:41]                   = keys[(e+span)*41+:41];
            winner[e*IndexWidth+:IndexWidth] = winner[(e+span)*IndexWidth+:IndexWidth];
          end
        end
      end
    end
  end

  assign valid_o = in_play[0];
  assign index_o = winner[IndexWidth-1:0];
  assign up_o    = keys[40] ? !up_i : up_i;

endmodule
