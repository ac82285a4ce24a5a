// The heads of a vertical register file, one for each register: which registers' tracks act in this cycle, and which
// way they step at its end.
//
// An access is a pass: its register's tracks visit their D sites, one a cycle, and all their ports act at each: D cycles,
// D - 1 steps. Registers are independent, so a request's accesses of different registers pass at the same time; a read
// of the register that the request writes begins when the write has ended. A pass begins at offset 1, or at offset D,
// where the one before ended. With rewind_i it begins at offset 1 only: tracks that are not passing step back, from the
// cycle of the last act on, and an access of their register waits. With home_i they all do.
//
// With Guard: check_o asks for the position of a register's tracks before an act and before a ninth step since its last
// check. hold_i answers in the same cycle: some of them are off and being put right, the register does nothing else.
//
// Offsets are non-volatile: no reset. Combinational from the request to act_o.
// Kept to the subset that synthesis tools read.
module sky_rf_passes #(
  parameter int unsigned D     = 32,  // sites of a segment, at least 4
  parameter int unsigned Guard = 0,
  localparam int unsigned OffsetWidth = $clog2(D + 1)  // 1 to D
) (
  input  logic                     clk_i,
  input  logic                     rst_ni,
  input  logic                     run_i,    // 0: others move the tracks

  input  logic                     rewind_i,
  input  logic                     check_position_i,

  input  logic [2:0]               want_i,   // write, rs1, rs2: steady until answered_i
  input  logic [14:0]              reg_i,    // of each
  input  logic                     answered_i,
  input  logic                     home_i,

  output logic [31:0]              check_o,
  input  logic [31:0]              hold_i,
  output logic [2:0]               act_o,
  output logic [2:0]               last_o,   // the act of each ends its pass
  output logic [3*OffsetWidth-1:0] offset_o, // at which each access is
  output logic [31:0]              step_o,
  output logic [31:0]              dir_o,    // sky_track_pkg::dir_e
  output logic [63:0]              expected_o, // with Guard: each head's offset modulo 4
  output logic                     done_o,   // no access is left after this cycle
  output logic                     at_rest_o,
  output logic                     settles_o // at rest after this cycle
);

  localparam logic [OffsetWidth-1:0] Rest = {{(OffsetWidth - 1) {1'b0}}, 1'b1};
  localparam logic [OffsetWidth-1:0] Far  = D[OffsetWidth-1:0];
  localparam logic [3:0] Burst = 4'd8;

  logic [32*OffsetWidth-1:0] offset_q = {32{Rest}}, offset_d;
  logic [31:0] away_q = '0, away_d;  // not at offset 1
  logic [2:0] done_q, running_q, back_q;  // of each access: its pass is over; has begun; goes to the right

  logic [2:0] pending, acts, back;
  always_comb begin
    pending  = want_i & ~done_q & {3{run_i && !home_i}};
    acts     = '0;
    back     = '0;
    last_o   = '0;
    offset_o = '0;
    if (pending != '0) begin
      for (int unsigned i = 0; i < 3; i++) begin
        offset_o[i*OffsetWidth+:OffsetWidth] = offset_q[{27'd0, reg_i[i*5+:5]}*OffsetWidth+:OffsetWidth];
        back[i] = running_q[i] ? back_q[i] : offset_o[i*OffsetWidth+:OffsetWidth] == Far;
        acts[i] = pending[i] &&
                  (running_q[i] || offset_o[i*OffsetWidth+:OffsetWidth] == Rest || (back[i] && !rewind_i)) &&
                  !(i != 0 && pending[0] && reg_i[i*5+:5] == reg_i[4:0]);
        last_o[i] = acts[i] && offset_o[i*OffsetWidth+:OffsetWidth] == (back[i] ? Rest : Far);
      end
    end
  end

  logic [31:0] passing, steps;
  always_comb begin
    passing = '0;
    steps   = '0;
    dir_o   = {32{1'b1}};
    if (run_i && (rewind_i || home_i)) steps = away_q;
    if (acts != '0) begin
      for (int unsigned i = 0; i < 3; i++) begin
        if (acts[i]) passing[reg_i[i*5+:5]] = 1'b1;
        if (acts[i] && !last_o[i]) begin
          steps[reg_i[i*5+:5]] = 1'b1;
          dir_o[reg_i[i*5+:5]] = back[i];
        end
      end
    end
  end

  // Held registers wait.
  logic [2:0] held;
  always_comb begin
    held = '0;
    if (Guard != 0) begin
      if (hold_i != '0) begin
        for (int unsigned i = 0; i < 3; i++) held[i] = hold_i[reg_i[i*5+:5]];
      end
    end
  end
  assign act_o     = acts & ~held;
  assign step_o    = steps & ~hold_i;
  assign done_o    = (pending & ~(last_o & act_o)) == '0;
  assign at_rest_o = away_q == '0;
  assign settles_o = away_d == '0;

  always_comb begin
    offset_d = offset_q;
    away_d   = away_q;
    if (step_o != '0) begin
      for (int unsigned r = 0; r < 32; r++) begin
        if (step_o[r]) begin
          offset_d[r*OffsetWidth+:OffsetWidth] = dir_o[r] ? offset_q[r*OffsetWidth+:OffsetWidth] - Rest :
                                                            offset_q[r*OffsetWidth+:OffsetWidth] + Rest;
          away_d[r] = offset_d[r*OffsetWidth+:OffsetWidth] != Rest;
        end
      end
    end
  end
  always_ff @(posedge clk_i) begin
    if (rst_ni && step_o != '0) begin
      offset_q <= offset_d;
      away_q   <= away_d;
    end
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      done_q    <= '0;
      running_q <= '0;
      back_q    <= '0;
    end else if (answered_i) begin
      done_q    <= '0;
      running_q <= '0;
    end else if (pending != '0) begin
      done_q    <= done_q | (last_o & act_o);
      running_q <= (running_q | act_o) & ~(last_o & act_o);
      back_q    <= (back & act_o) | (back_q & ~act_o);
    end
  end

  if (Guard != 0) begin : g_guard
    // Steps of each register since its last check, 4 bits each. After a reset nobody knows.
    logic [127:0] since_q, since_d;
    logic [31:0] unchecked, full;
    always_comb begin
      unchecked  = '0;
      full       = '0;
      check_o    = '0;
      expected_o = '0;
      if (check_position_i && (passing | steps) != '0) begin
        for (int unsigned r = 0; r < 32; r++) begin
          unchecked[r]      = since_q[4*r+:4] != 4'd0;
          full[r]           = since_q[4*r+:4] == Burst;
          expected_o[2*r+:2] = offset_q[r*OffsetWidth+:2];
        end
        check_o = (passing & unchecked) | (steps & full);
      end
    end
    always_comb begin
      since_d = since_q;
      if ((check_o | step_o) != '0) begin
        for (int unsigned r = 0; r < 32; r++) begin
          if (!hold_i[r] && check_o[r]) since_d[4*r+:4] = {3'd0, step_o[r]};
          else if (step_o[r] && since_q[4*r+:4] != Burst) since_d[4*r+:4] = since_q[4*r+:4] + 4'd1;
        end
      end
    end
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) since_q <= {32{Burst}};
      else if (!run_i) since_q <= {32{Burst}};
      else since_q <= since_d;
    end
  end else begin : g_no_guard
    assign check_o    = '0;
    assign expected_o = '0;
  end

endmodule
