// The head of one bank of a horizontal register file: which accesses act in this cycle, and which way the bank's tracks
// step at its end.
//
// A domain of the bank is numbered as it lies along the track: segment * D + site. Site s of a segment is under the port
// left of it at head offset s + 1 and under the one right of it, which the last segment does not have, at s - D; the
// nearer one serves, ties go to the left. Accesses come in order, the write first; of two reads the nearer one first
// with nearest_first_i. What is under a port acts at once; only a read of the domain that is being written waits for
// the next cycle. So an access at distance 0 costs nothing, and each step one cycle.
//
// Without an access that is left, the head goes to the hinted domain (preshift_i), else back to offset 1 (eager_i),
// else it stays. With home_i it only goes back.
//
// With Guard: check_o asks for the tracks' position before an act and before a ninth step since the last check. hold_i
// answers in the same cycle: some are off and being put right, nothing else happens.
//
// The offset is non-volatile: no reset. Combinational from the request to act_o. Cost: two planners.
// Kept to the subset that synthesis tools read.
module sky_rf_head #(
  parameter int unsigned D     = 32,  // sites of a segment, a power of two, at least 4
  parameter int unsigned S     = 1,   // segments, a power of two
  parameter int unsigned Guard = 0,
  localparam int unsigned DomainWidth = $clog2(D * S),
  localparam int unsigned SiteWidth   = $clog2(D),
  localparam int unsigned OffsetWidth = $clog2(D + 1) + 1,  // two's complement, -D to D
  localparam int unsigned PortWidth   = $clog2(S + 1)
) (
  input  logic                     clk_i,
  input  logic                     rst_ni,
  input  logic                     run_i,    // 0: others move the tracks

  input  logic                     nearest_first_i,
  input  logic                     preshift_i,
  input  logic                     eager_i,
  input  logic                     check_position_i,

  input  logic [2:0]               want_i,    // write, rs1, rs2: steady until answered_i
  input  logic [3*DomainWidth-1:0] domain_i,  // of each
  input  logic                     answered_i,
  input  logic                     hint_i,
  input  logic [DomainWidth-1:0]   hint_domain_i,
  input  logic                     home_i,

  output logic                     check_o,
  input  logic                     hold_i,
  output logic [2:0]               act_o,
  output logic [3*PortWidth-1:0]   port_o,   // of each act
  output logic                     step_o,
  output logic                     dir_o,    // sky_track_pkg::dir_e
  output logic [OffsetWidth-1:0]   offset_o,
  output logic                     done_o,   // no access is left after this cycle
  output logic                     at_rest_o,
  output logic                     settles_o // at rest after this cycle
);

  localparam int unsigned LastSegment = S - 1;
  localparam logic [DomainWidth:0] Last = LastSegment[DomainWidth:0];
  localparam logic [OffsetWidth-1:0] Depth = D[OffsetWidth-1:0];
  localparam logic [OffsetWidth-1:0] Rest = {{(OffsetWidth - 1) {1'b0}}, 1'b1};
  localparam logic [3:0] Burst = 4'd8;

  logic [OffsetWidth-1:0] offset_q = Rest, offset_d;
  logic [2:0] done_q;

  function automatic logic [DomainWidth:0] segment(input logic [DomainWidth-1:0] domain);
    segment = {1'b0, domain} >> SiteWidth;
  endfunction
  function automatic logic under_left(input logic [DomainWidth-1:0] domain, input logic [OffsetWidth-1:0] offset);
    under_left = offset == {{(OffsetWidth - SiteWidth) {1'b0}}, domain[SiteWidth-1:0]} + Rest;
  endfunction
  function automatic logic under_right(input logic [DomainWidth-1:0] domain, input logic [OffsetWidth-1:0] offset);
    under_right = segment(domain) != Last &&
                  offset == {{(OffsetWidth - SiteWidth) {1'b0}}, domain[SiteWidth-1:0]} - Depth;
  endfunction

  // What acts here, and what is left then.
  logic [2:0] pending, right, here, acts, left;
  always_comb begin
    pending = want_i & ~done_q & {3{run_i && !home_i}};
    right   = '0;
    here    = '0;
    acts    = '0;
    if (pending != '0) begin
      for (int unsigned i = 0; i < 3; i++) begin
        right[i] = under_right(domain_i[i*DomainWidth+:DomainWidth], offset_q);
        here[i]  = right[i] || under_left(domain_i[i*DomainWidth+:DomainWidth], offset_q);
      end
      acts[0] = pending[0] && here[0];
      for (int unsigned i = 1; i < 3; i++) begin
        acts[i] = pending[i] && here[i] && (acts[0] || !pending[0]) &&
                  !(acts[0] && domain_i[i*DomainWidth+:DomainWidth] == domain_i[DomainWidth-1:0]);
      end
      if (!nearest_first_i && pending[1] && !acts[1]) acts[2] = 1'b0;
    end
    left = pending & ~acts;
  end

  // Where to: the access that comes first, or one of two reads; then a hint; then rest.
  logic [DomainWidth-1:0] first, second;
  logic moves, choice, returns;
  always_comb begin
    first   = hint_domain_i;
    second  = domain_i[2*DomainWidth+:DomainWidth];
    choice  = 1'b0;
    moves   = 1'b0;
    returns = home_i;
    if (run_i && !home_i) begin
      moves = left != '0 || (preshift_i && hint_i);
      if (left[0]) begin
        first = domain_i[DomainWidth-1:0];
      end else if (left[1]) begin
        first  = domain_i[DomainWidth+:DomainWidth];
        choice = left[2] && nearest_first_i;
      end else if (left[2]) begin
        first = second;
      end
      returns = !moves && eager_i;
    end
  end

  logic first_dir, second_dir;
  logic [OffsetWidth:0] first_distance, second_distance;
  sky_shift_planner #(
    .D(D)
  ) u_first (
    .offset_i    (offset_q),
    .site_i      (first[SiteWidth-1:0]),
    .left_only_i (segment(first) == Last),
    .dir_o       (first_dir),
    .distance_o  (first_distance),
    .right_port_o(),
    .offset_o    ()
  );
  sky_shift_planner #(
    .D(D)
  ) u_second (
    .offset_i    (offset_q),
    .site_i      (second[SiteWidth-1:0]),
    .left_only_i (segment(second) == Last),
    .dir_o       (second_dir),
    .distance_o  (second_distance),
    .right_port_o(),
    .offset_o    ()
  );

  logic steps, takes_second;
  always_comb begin
    takes_second = choice && second_distance < first_distance;
    steps        = 1'b0;
    dir_o        = 1'b0;
    if (run_i && returns) begin
      steps = offset_q != Rest;
      dir_o = !offset_q[OffsetWidth-1] && offset_q != '0;
    end else if (moves) begin
      steps = takes_second ? second_distance != '0 : first_distance != '0;
      dir_o = takes_second ? second_dir : first_dir;
    end
  end

  assign act_o     = hold_i ? '0 : acts;
  assign step_o    = steps && !hold_i;
  assign done_o    = hold_i ? pending == '0 : left == '0;
  assign offset_o  = offset_q;
  assign at_rest_o = offset_q == Rest;
  assign settles_o = offset_d == Rest;
  always_comb begin
    port_o = '0;
    if (acts != '0) begin
      for (int unsigned i = 0; i < 3; i++) begin
        port_o[i*PortWidth+:PortWidth] = port_of(domain_i[i*DomainWidth+:DomainWidth], right[i]);
      end
    end
  end
  function automatic logic [PortWidth-1:0] port_of(input logic [DomainWidth-1:0] domain, input logic is_right);
    logic [DomainWidth:0] port;
    port    = segment(domain) + {{DomainWidth{1'b0}}, is_right};
    port_of = port[PortWidth-1:0];
  endfunction

  always_comb begin
    offset_d = offset_q;
    if (step_o) offset_d = dir_o ? offset_q - Rest : offset_q + Rest;
  end
  always_ff @(posedge clk_i) begin
    if (rst_ni && step_o) offset_q <= offset_d;
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) done_q <= '0;
    else if (answered_i) done_q <= '0;
    else done_q <= done_q | act_o;
  end

  if (Guard != 0) begin : g_guard
    // Steps since the last check. After a reset nobody knows.
    logic [3:0] since_q;
    assign check_o = check_position_i && ((acts != '0 && since_q != '0) || (steps && since_q == Burst));
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) since_q <= Burst;
      else if (!run_i) since_q <= Burst;
      else if (!hold_i && check_o) since_q <= {3'd0, step_o};
      else if (step_o && since_q != Burst) since_q <= since_q + 4'd1;
    end
  end else begin : g_no_guard
    assign check_o = 1'b0;
  end

endmodule
