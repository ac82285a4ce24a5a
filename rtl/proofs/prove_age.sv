// Proof of the age cap: a small queue of two banks around sky_sched_pick, where every entry counts the younger ones
// of its bank that were served ahead of it and the bank is overdue when its oldest entry has counted Cap. No entry is
// passed more often, whatever arrives, is ready, and is asked for.
module prove_age #(
  parameter int unsigned Entries = 4,
  parameter int unsigned Cap     = 3,
  localparam int unsigned IndexWidth = $clog2(Entries)
) (
  input logic                  clk_i,
  input logic                  arrive_i,
  input logic                  arrive_bank_i,
  input logic                  bank_i,         // the bank that asks for its next request
  input logic [1:0]            policy_i,
  input logic [Entries-1:0]    ready_i,
  input logic [Entries*8-1:0]  distance_i,
  input logic [Entries*40-1:0] position_i,
  input logic [39:0]           last_i,
  input logic                  up_i,
  input logic                  watch_i         // the request that arrives now is the one to be followed
);

  localparam logic [7:0] AgeCap = Cap;
  localparam logic [7:0] Size   = Entries;

  // Entry 0 is the oldest; serving one moves the younger ones up.
  logic [7:0] count_q = 8'd0;
  logic [Entries-1:0] bank_q;
  logic [Entries*8-1:0] passed_q;

  logic [Entries-1:0] waiting;
  logic [7:0] oldest_passed;
  always_comb begin
    oldest_passed = 8'd0;
    for (int e = Entries - 1; e >= 0; e--) begin
      waiting[e] = e < count_q && bank_q[e] == bank_i;
      if (waiting[e]) oldest_passed = passed_q[e*8+:8];
    end
  end

  logic overdue, serve;
  logic [IndexWidth-1:0] index;
  assign overdue = oldest_passed >= AgeCap;
  sky_sched_pick #(.Entries(Entries)) u_pick (
    .policy_i(policy_i), .waiting_i(waiting), .ready_i(ready_i), .overdue_i(overdue), .distance_i(distance_i),
    .position_i(position_i), .last_position_i(last_i), .up_i(up_i), .valid_o(serve), .index_o(index), .up_o()
  );

  // After the pick, with one more place that nobody takes.
  logic [Entries*8+7:0] counted;
  logic [Entries:0] banks;
  assign banks = {1'b0, bank_q};
  always_comb begin
    counted = '0;
    for (int e = 0; e < Entries; e++) begin
      counted[e*8+:8] = passed_q[e*8+:8] + ((serve && waiting[e] && e < index) ? 8'd1 : 8'd0);
    end
  end

  logic accept;
  logic [7:0] left;
  assign left   = count_q - {7'd0, serve};
  assign accept = arrive_i && left < Size;
  always_ff @(posedge clk_i) begin
    count_q <= left + {7'd0, accept};
    for (int e = 0; e < Entries; e++) begin
      if (e < left) begin
        if (serve && e >= index) begin
          bank_q[e]        <= banks[e+1];
          passed_q[e*8+:8] <= counted[(e+1)*8+:8];
        end else begin
          passed_q[e*8+:8] <= counted[e*8+:8];
        end
      end else begin
        bank_q[e]        <= arrive_bank_i;
        passed_q[e*8+:8] <= 8'd0;
      end
    end
  end

  // The followed request: where it is, and how often it was really passed.
  logic watching_q = 1'b0;
  logic watched_bank_q;
  logic [7:0] watched_place_q, watched_passed_q;
  always_ff @(posedge clk_i) begin
    if (watching_q) begin
      if (serve && index == watched_place_q) watching_q <= 1'b0;
      if (serve && index < watched_place_q) watched_place_q <= watched_place_q - 8'd1;
      if (serve && index > watched_place_q && bank_i == watched_bank_q) watched_passed_q <= watched_passed_q + 8'd1;
    end else if (accept && watch_i) begin
      watching_q       <= 1'b1;
      watched_bank_q   <= arrive_bank_i;
      watched_place_q  <= left;
      watched_passed_q <= 8'd0;
    end
  end

  logic within_cap, falling;
  always_comb begin
    within_cap = 1'b1;
    falling    = 1'b1;
    for (int e = 0; e < Entries; e++) begin
      if (e < count_q && passed_q[e*8+:8] > AgeCap) within_cap = 1'b0;
      for (int l = e + 1; l < Entries; l++) begin
        if (l < count_q && bank_q[e] == bank_q[l] && passed_q[e*8+:8] < passed_q[l*8+:8]) falling = 1'b0;
      end
    end
  end

  always_comb begin
    NeverPassedMoreThanTheCap : assert (!watching_q || watched_passed_q <= AgeCap);
    ServesOnlyWhatMayBeServed : assert (!serve || (index < count_q && bank_q[index] == bank_i && ready_i[index]));
    OverdueServesTheOldest    : assert (!serve || !overdue || (waiting & ((1 << index) - 1)) == '0);
    // What the induction needs to know: the counters tell the truth, and an older entry was passed at least as often.
    HoldsAtMostItsEntries     : assert (count_q <= Size);
    CountersTellTheTruth      : assert (!watching_q || (watched_place_q < count_q &&
                                        bank_q[watched_place_q] == watched_bank_q &&
                                        passed_q[watched_place_q*8+:8] == watched_passed_q));
    OlderIsPassedAtLeastAsOften : assert (falling);
    NoCounterBeyondTheCap     : assert (within_cap);
  end

endmodule
