// An array of Width tracks that move together under one head (Heads), one register's at a time (Passes), or, with both,
// either way by vertical_i: one bank of a horizontal register file, a vertical one, or a dynamic one. Tracks, ports and
// sites are those of sky_track with D sites a segment and S segments; of its S + 1 ports the last is not used.
//
//   horizontal  bit b of a register on track b, at the domain that domain_i says: segment * D + site
//   vertical    register r along tracks L * r .. L * r + L - 1, L = Width / 32: bit b at domain b mod 32 of its track b / 32
//
// A request's accesses are steady from its first cycle until answered_i. What a read senses is held until then. Accesses
// start in the request's first cycle; nothing moves while the reset is held. done_o says in which one the last of them is over. How long that takes:
// sky_rf_head, sky_rf_passes. events_o counts what happens in a cycle, eight bits each, in the order of
// sky_rf_pkg::counter_e without Switches and StallCycles.
// Tracks and heads are non-volatile. Kept to the subset that synthesis tools read.
module sky_rf_array #(
  parameter int unsigned Width  = 32,
  parameter int unsigned D      = 32,
  parameter int unsigned S      = 1,
  parameter int unsigned Heads  = 1,  // 1: can be horizontal
  parameter int unsigned Passes = 0,  // 1: can be vertical
  parameter int unsigned Guard  = 0,
  localparam int unsigned DomainWidth = $clog2(D * S)
) (
  input  logic                     clk_i,
  input  logic                     rst_ni,
  input  logic                     vertical_i,

  input  logic                     rewind_i,
  input  logic                     nearest_first_i,
  input  logic                     preshift_i,
  input  logic                     eager_i,
  input  logic                     check_position_i,

  input  logic [2:0]               want_i,    // write, rs1, rs2
  input  logic [14:0]              reg_i,     // vertical: of each
  input  logic [3*DomainWidth-1:0] domain_i,  // horizontal: of each
  input  logic [Width-1:0]         wdata_i,
  input  logic                     answered_i,
  input  logic                     hint_i,
  input  logic [DomainWidth-1:0]   hint_domain_i,
  input  logic                     home_i,    // bring the tracks to rest
  input  logic [2*Width-1:0]       slip_i,

  output logic                     done_o,
  output logic [Width-1:0]         rdata1_o,  // 0 unless wanted; with done_o
  output logic [Width-1:0]         rdata2_o,
  output logic                     at_rest_o,
  output logic                     settles_o, // at rest after this cycle
  output logic [63:0]              events_o,
  output logic                     error_o    // an illegal pulse
);

  localparam int unsigned Overhead  = (Guard != 0) ? D + 4 : D;
  localparam int unsigned TrackPorts = S + 1;
  localparam int unsigned PortWidth = $clog2(S + 1);
  localparam int unsigned WireWidth = $clog2(S + 2);
  localparam int unsigned L         = Width / 32;
  localparam int unsigned HeadOffsetWidth = $clog2(D + 1) + 1;
  localparam int unsigned PassOffsetWidth = $clog2(D + 1);
  localparam int unsigned FreeLanes = (Passes != 0 || Guard != 0) ? 1 : 0;
  localparam int unsigned WireEnd   = S + 1;

  // ---- Control
  logic head_check, head_hold, head_step, head_dir, head_done, head_rest, head_settles;
  logic [2:0] head_act;
  logic [3*PortWidth-1:0] head_port;
  logic [HeadOffsetWidth-1:0] head_offset;
  if (Heads != 0) begin : g_head
    sky_rf_head #(
      .D    (D),
      .S    (S),
      .Guard(Guard)
    ) u_head (
      .clk_i           (clk_i),
      .rst_ni          (rst_ni),
      .run_i           (!vertical_i),
      .nearest_first_i (nearest_first_i),
      .preshift_i      (preshift_i),
      .eager_i         (eager_i),
      .check_position_i(check_position_i),
      .want_i          (want_i),
      .domain_i        (domain_i),
      .answered_i      (answered_i),
      .hint_i          (hint_i),
      .hint_domain_i   (hint_domain_i),
      .home_i          (home_i),
      .check_o         (head_check),
      .hold_i          (head_hold),
      .act_o           (head_act),
      .port_o          (head_port),
      .step_o          (head_step),
      .dir_o           (head_dir),
      .offset_o        (head_offset),
      .done_o          (head_done),
      .at_rest_o       (head_rest),
      .settles_o       (head_settles)
    );
  end else begin : g_no_head
    assign head_check   = 1'b0;
    assign head_act     = '0;
    assign head_port    = '0;
    assign head_step    = 1'b0;
    assign head_dir     = 1'b0;
    assign head_offset  = '0;
    assign head_done    = 1'b1;
    assign head_rest    = 1'b1;
    assign head_settles = 1'b1;
  end

  logic [31:0] pass_check, pass_hold, pass_step, pass_dir;
  logic [2:0] pass_act, pass_last;
  logic [3*PassOffsetWidth-1:0] pass_offset;
  logic [63:0] pass_expected;
  logic pass_done, pass_rest, pass_settles;
  if (Passes != 0) begin : g_passes
    sky_rf_passes #(
      .D    (D),
      .Guard(Guard)
    ) u_passes (
      .clk_i           (clk_i),
      .rst_ni          (rst_ni),
      .run_i           (vertical_i),
      .rewind_i        (rewind_i),
      .check_position_i(check_position_i),
      .want_i          (want_i),
      .reg_i           (reg_i),
      .answered_i      (answered_i),
      .home_i          (home_i),
      .check_o         (pass_check),
      .hold_i          (pass_hold),
      .act_o           (pass_act),
      .last_o          (pass_last),
      .offset_o        (pass_offset),
      .step_o          (pass_step),
      .dir_o           (pass_dir),
      .expected_o      (pass_expected),
      .done_o          (pass_done),
      .at_rest_o       (pass_rest),
      .settles_o       (pass_settles)
    );
  end else begin : g_no_passes
    assign pass_check    = '0;
    assign pass_act      = '0;
    assign pass_last     = '0;
    assign pass_offset   = '0;
    assign pass_step     = '0;
    assign pass_dir      = '0;
    assign pass_expected = '0;
    assign pass_done     = 1'b1;
    assign pass_rest     = 1'b1;
    assign pass_settles  = 1'b1;
  end

  assign done_o    = vertical_i ? pass_done : head_done;
  assign at_rest_o = head_rest && pass_rest;
  assign settles_o = head_settles && pass_settles;

  // ---- Tracks
  logic [TrackPorts*Width-1:0] remove, inject, sense;
  logic [Width-1:0] lanes, dirs, guard_first, guard_second, ahead, behind, lost, checked;
  logic shift;
  logic [1:0] err;
  sky_track #(
    .D         (D),
    .S         (S),
    .Overhead  (Overhead),
    .Rows      (1),
    .Lanes     (Width),
    .Guard     (Guard),
    .DomainWall(1),
    .FreeLanes (FreeLanes),
    .Start     (1)
  ) u_track (
    .clk_i         (clk_i),
    .enable_i      (rst_ni),
    .row_i         (1'b0),
    .shift_i       (shift),
    .shift_dir_i   (head_dir),
    .shift_start_i (WireEnd[WireWidth-1:0]),
    .shift_end_i   (WireEnd[WireWidth-1:0]),
    .shift_lanes_i (lanes),
    .shift_dirs_i  (dirs),
    .slip_i        (slip_i),
    .remove_ports_i(remove),
    .inject_ports_i(inject),
    .look_i        (head_act[2:1] != '0 || pass_act[2:1] != '0),
    .sense_o       (sense),
    .guard_first_o (guard_first),
    .guard_second_o(guard_second),
    .err_o         (err),
    .weigh_i       (1'b0),
    .moved_o       ()
  );
  assign error_o = err != 2'd0;

  // Which tracks step, and which way: those put right against all others.
  always_comb begin
    lanes = '0;
    dirs  = '0;
    if (FreeLanes != 0) begin
      if (head_step) begin
        lanes = {Width{1'b1}};
        dirs  = {Width{head_dir}};
      end
      if (pass_step != '0) begin
        for (int unsigned r = 0; r < 32; r++) begin
          lanes[r*L+:L] = {L{pass_step[r]}};
          dirs[r*L+:L]  = {L{pass_dir[r]}};
        end
      end
      if (Guard != 0) begin
        lanes = lanes | ahead | behind;
        dirs  = (dirs & ~behind) | ahead;
      end
    end
  end
  assign shift = (FreeLanes != 0) ? lanes != '0 : head_step;

  // What the ports do.
  always_comb begin
    remove = '0;
    inject = '0;
    if (head_act[0]) begin
      inject[{{(32 - PortWidth) {1'b0}}, head_port[PortWidth-1:0]}*Width+:Width] = wdata_i;
      remove[{{(32 - PortWidth) {1'b0}}, head_port[PortWidth-1:0]}*Width+:Width] = ~wdata_i;
    end
    if (Passes != 0) begin
      if (pass_act[0]) begin
        for (int unsigned g = 0; g < S; g++) begin
          for (int unsigned k = 0; k < L; k++) begin
            inject[g*Width+{27'd0, reg_i[4:0]}*L+k] = wdata_i[k*32+g*D+site_of(pass_offset[PassOffsetWidth-1:0])];
            remove[g*Width+{27'd0, reg_i[4:0]}*L+k] = !wdata_i[k*32+g*D+site_of(pass_offset[PassOffsetWidth-1:0])];
          end
        end
      end
    end
  end
  function automatic int unsigned site_of(input logic [PassOffsetWidth-1:0] offset);
    site_of = {{(32 - PassOffsetWidth) {1'b0}}, offset} - 1;
  endfunction

  // What they sense, held until the answer.
  logic [Width-1:0] data1_q, data2_q;
  always_comb begin
    rdata1_o = data1_q;
    rdata2_o = data2_q;
    if (head_act[1]) rdata1_o = sense[{{(32 - PortWidth) {1'b0}}, head_port[PortWidth+:PortWidth]}*Width+:Width];
    if (head_act[2]) rdata2_o = sense[{{(32 - PortWidth) {1'b0}}, head_port[2*PortWidth+:PortWidth]}*Width+:Width];
    if (Passes != 0) begin
      if (pass_act[2:1] != '0) begin
        for (int unsigned g = 0; g < S; g++) begin
          for (int unsigned k = 0; k < L; k++) begin
            if (pass_act[1]) begin
              rdata1_o[k*32+g*D+site_of(pass_offset[PassOffsetWidth+:PassOffsetWidth])] =
                  sense[g*Width+{27'd0, reg_i[9:5]}*L+k];
            end
            if (pass_act[2]) begin
              rdata2_o[k*32+g*D+site_of(pass_offset[2*PassOffsetWidth+:PassOffsetWidth])] =
                  sense[g*Width+{27'd0, reg_i[14:10]}*L+k];
            end
          end
        end
      end
    end
  end
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      data1_q <= '0;
      data2_q <= '0;
    end else if (answered_i) begin
      data1_q <= '0;
      data2_q <= '0;
    end else begin
      data1_q <= rdata1_o;
      data2_q <= rdata2_o;
    end
  end

  // ---- Position guard
  if (Guard != 0) begin : g_guard
    logic [2*Width-1:0] expected;
    always_comb begin
      checked  = {Width{head_check}};
      expected = {Width{head_offset[1:0]}};
      if (Passes != 0 && vertical_i) begin
        for (int unsigned r = 0; r < 32; r++) begin
          checked[r*L+:L] = {L{pass_check[r]}};
          for (int unsigned k = 0; k < L; k++) expected[2*(r*L+k)+:2] = pass_expected[2*r+:2];
        end
      end
    end
    logic [Width-1:0] is_ahead, is_behind, is_lost;
    sky_rf_guards #(
      .Lanes(Width)
    ) u_guards (
      .check_i   (checked),
      .expected_i(expected),
      .first_i   (guard_first),
      .second_i  (guard_second),
      .ahead_o   (is_ahead),
      .behind_o  (is_behind),
      .lost_o    (is_lost)
    );
    // A track that is not put right by so many corrections on end, because its pulse is refused, is lost as well.
    localparam logic [3:0] Most = 4'd8;
    logic [3:0] tries_q;
    logic give_up;
    assign give_up = tries_q == Most;
    always_comb begin
      ahead  = is_ahead;
      behind = is_behind;
      lost   = is_lost;
      if (give_up) begin
        ahead  = '0;
        behind = '0;
        lost   = is_lost | is_ahead | is_behind;
      end
    end
    always_ff @(posedge clk_i or negedge rst_ni) begin
      if (!rst_ni) tries_q <= '0;
      else if ((ahead | behind) != '0) tries_q <= tries_q + 4'd1;
      else tries_q <= '0;
    end
    always_comb begin
      pass_hold = '0;
      if (vertical_i && (ahead | behind) != '0) begin
        for (int unsigned r = 0; r < 32; r++) pass_hold[r] = (ahead[r*L+:L] | behind[r*L+:L]) != '0;
      end
    end
    assign head_hold = !vertical_i && (ahead | behind) != '0;
  end else begin : g_no_guard
    assign checked   = '0;
    assign ahead     = '0;
    assign behind    = '0;
    assign lost      = '0;
    assign pass_hold = '0;
    assign head_hold = 1'b0;
  end

  // ---- Events
  function automatic logic [7:0] ones3(input logic [2:0] bits);
    ones3 = {7'd0, bits[0]} + {7'd0, bits[1]} + {7'd0, bits[2]};
  endfunction
  localparam int unsigned PassBits = S * L;  // that one access acts on in a cycle
  localparam logic [7:0] WidthBits = Width[7:0];
  logic [7:0] steps, track_steps, bit_reads, bit_writes, accesses;
  always_comb begin
    steps       = '0;
    track_steps = '0;
    bit_reads   = '0;
    bit_writes  = '0;
    accesses    = '0;
    if (head_act != '0 || pass_act != '0) begin
      bit_reads  = ones3({head_act[2:1], 1'b0}) * WidthBits + ones3({pass_act[2:1], 1'b0}) * PassBits[7:0];
      bit_writes = (head_act[0] ? WidthBits : 8'd0) + (pass_act[0] ? PassBits[7:0] : 8'd0);
      accesses   = ones3(head_act) + ones3(pass_act & pass_last);
    end
    if (shift) begin
      if (Guard != 0) begin
        steps       = vertical_i ? 8'($countones(pass_step | pass_hold)) : 8'd1;
        track_steps = 8'($countones(lanes));
      end else if (Passes != 0 && vertical_i) begin
        steps       = 8'($countones(pass_step));
        track_steps = steps * L[7:0];
      end else begin
        steps       = 8'd1;
        track_steps = WidthBits;
      end
    end
  end
  assign events_o[39:0] = {accesses, bit_writes, bit_reads, track_steps, steps};
  if (Guard != 0) begin : g_guard_events
    always_comb begin
      events_o[63:40] = '0;
      if (checked != '0) events_o[63:40] = {8'($countones(lost)), 8'($countones(ahead | behind)), 8'($countones(checked))};
    end
  end else begin : g_no_guard_events
    assign events_o[63:40] = '0;
  end

endmodule
