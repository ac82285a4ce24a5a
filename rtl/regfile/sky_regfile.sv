// Register file of 32 registers of racetrack memory: one port list, several implementations.
//
//   Kind                  how registers lie                             a request takes
//   0 FlipFlop            in flip-flops, the reference                  1 cycle
//   1 Horizontal          across Width tracks, in Banks that shift      1 + the longest way of a bank's head
//                         independently
//   2 Vertical            along Width / 32 tracks of their own          32 / Ports, reads and write at the same time
//   3 Dynamic             either way, the whole file by its mode        as the mode
//   4 Dual                in one array of each; a write allocates in    the longer of both
//                         the array that the mode recommends
//
// A request is a write and up to two reads, in this order; its payload and the hints are steady until ready_o, in whose
// cycle the data are there. One that needs no access of an array takes 1 cycle. A request that comes with a switch waits
// for it and begins in the cycle after switch_ready_o; a placement that comes with a request counts after it. x0 reads
// as 0 and is never accessed. Hints name the next accesses in program order, for preshift. Option inputs are taken while
// the reset is held. What takes how long, to the cycle: sysc/model/regfile/README.md, which describes RTL and model.
//
// Tracks, head offsets, mode and placement are non-volatile: no reset. After a reset heads come to rest before the first
// answer. slip_i, faults for tests, is as sky_track's, array by array. track_error_o: a pulse was illegal.
//
// While the reset is held nothing changes that is non-volatile, and what is answered means nothing.
// ready_o and the data depend on the request of the same cycle: a register file that answers at once has to.
// Cost: the tracks, a head with two planners for each bank or a counter for each register, and per entry of the operand
// buffer Width + 7 flip-flops. Kept to the subset that synthesis tools read.
`include "sky_assert.svh"

module sky_regfile #(
  parameter int unsigned Kind   = 0,   // sky_rf_pkg::kind_e
  parameter int unsigned Width  = 32,  // 32 or 64
  parameter int unsigned Ports  = 1,   // of a track: 1, 2, 4, 8
  parameter int unsigned Banks  = 1,   // of a horizontal file: 1, 2, 4, 8; Ports * Banks at most 8
  parameter int unsigned Buffer = 0,   // entries of the operand buffer, 0 to 4
  parameter int unsigned Guard  = 0,   // 1: position guard on every track
  localparam int unsigned Arrays = (Kind == 1) ? Banks : (Kind == 4) ? 2 : 1,
  localparam int unsigned Tracks = Arrays * Width
) (
  input  logic                clk_i,
  input  logic                rst_ni,

  input  logic                rewind_i,
  input  logic                eager_i,
  input  logic                nearest_first_i,
  input  logic                forward_i,
  input  logic                preshift_i,
  input  logic [2:0]          buffer_i,
  input  logic                check_position_i,

  input  logic                valid_i,
  input  logic                write_i,
  input  logic [4:0]          rd_i,
  input  logic [Width-1:0]    wdata_i,
  input  logic                read1_i,
  input  logic [4:0]          rs1_i,
  input  logic                read2_i,
  input  logic [4:0]          rs2_i,
  output logic                ready_o,
  output logic [Width-1:0]    rdata1_o,
  output logic [Width-1:0]    rdata2_o,

  input  logic                hint_write_i,
  input  logic [4:0]          hint_rd_i,
  input  logic                hint_read1_i,
  input  logic [4:0]          hint_rs1_i,
  input  logic                hint_read2_i,
  input  logic [4:0]          hint_rs2_i,

  input  logic                switch_i,
  input  logic                mode_i,         // sky_rf_pkg::mode_e
  output logic                switch_ready_o,
  output logic                mode_o,
  input  logic                place_i,        // one cycle
  input  logic [4:0]          place_reg_i,
  input  logic [4:0]          place_pos_i,
  output logic                busy_o,         // heads come to rest after a reset

  input  logic [2*Tracks-1:0] slip_i,
  output logic [639:0]        counters_o,     // sky_rf_pkg::counter_e, 64 bits each
  output logic                machine_check_o,
  output logic                track_error_o
);

  localparam logic IsFf       = Kind == 0;
  localparam logic IsVertical = Kind == 2;
  localparam logic IsDynamic  = Kind == 3;
  localparam logic IsDual     = Kind == 4;
  localparam int unsigned BankDomains = 32 / ((Kind == 1) ? Banks : 1);
  localparam int unsigned DomainWidth = $clog2(BankDomains);

  // Held in registers, so that nothing in here depends on these inputs.
  logic rewind_q, eager_q, nearest_first_q, forward_q, preshift_q, check_position_q;
  logic [2:0] buffer_q;
  always_ff @(posedge clk_i) begin
    if (!rst_ni) begin
      rewind_q         <= rewind_i;
      eager_q          <= eager_i;
      nearest_first_q  <= nearest_first_i;
      forward_q        <= forward_i;
      preshift_q       <= preshift_i;
      buffer_q         <= buffer_i;
      check_position_q <= check_position_i;
    end
  end

  // ---- Rest after a reset, the mode, and whose turn it is.
  logic [Arrays-1:0] at_rest, settles, done;
  logic homing_q, home, mode_q, change, go;
  initial mode_q = 1'b0;
  assign home           = homing_q && at_rest != '1;
  assign busy_o         = home;
  assign change         = IsDynamic && switch_i && mode_i != mode_q;
  assign switch_ready_o = switch_i && !home && (!change || settles == '1);
  assign go             = valid_i && !switch_i && !home;
  assign mode_o         = (IsDynamic || IsDual) ? mode_q : IsVertical;
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) homing_q <= 1'b1;
    else if (at_rest == '1) homing_q <= 1'b0;
  end
  logic switched;
  assign switched = (IsDynamic || IsDual) && switch_ready_o && mode_i != mode_q;
  always_ff @(posedge clk_i) begin
    if (rst_ni && switched) mode_q <= mode_i;
  end

  // ---- From the request to accesses of the array, through the operand buffer.
  logic [2:0] front_want, want, hint_front, hint;
  logic [14:0] front_reg, regs, hint_reg;
  logic [Width-1:0] wdata, front_rdata1, front_rdata2, rdata1, rdata2;
  logic answered;  // by the array
  assign front_reg = {rs2_i, rs1_i, rd_i};
  assign hint_reg  = {hint_rs2_i, hint_rs1_i, hint_rd_i};
  always_comb begin
    hint_front = '0;
    if (preshift_q && !IsFf && !IsVertical) begin
      hint_front = {hint_read2_i && hint_rs2_i != '0, hint_read1_i && hint_rs1_i != '0,
                    hint_write_i && hint_rd_i != '0};
    end
  end
  sky_rf_operands #(
    .Width(Width)
  ) u_operands (
    .forward_i(forward_q),
    .valid_i  (go),
    .write_i  (write_i),
    .rd_i     (rd_i),
    .wdata_i  (wdata_i),
    .read1_i  (read1_i),
    .rs1_i    (rs1_i),
    .read2_i  (read2_i),
    .rs2_i    (rs2_i),
    .want_o   (front_want),
    .rdata1_i (front_rdata1),
    .rdata2_i (front_rdata2),
    .ready_i  (ready_o),
    .rdata1_o (rdata1_o),
    .rdata2_o (rdata2_o)
  );
  if (Buffer != 0) begin : g_buffer
    sky_rf_buffer #(
      .Width (Width),
      .Buffer(Buffer)
    ) u_buffer (
      .clk_i     (clk_i),
      .rst_ni    (rst_ni),
      .entries_i (buffer_q),
      .valid_i   (go),
      .want_i    (front_want),
      .reg_i     (front_reg),
      .wdata_i   (wdata_i),
      .ready_o   (ready_o),
      .rdata1_o  (front_rdata1),
      .rdata2_o  (front_rdata2),
      .hint_i    (hint_front),
      .hint_reg_i(hint_reg),
      .want_o    (want),
      .reg_o     (regs),
      .wdata_o   (wdata),
      .ready_i   (answered),
      .rdata1_i  (rdata1),
      .rdata2_i  (rdata2),
      .hint_o    (hint)
    );
  end else begin : g_no_buffer
    assign want         = front_want;
    assign regs         = front_reg;
    assign wdata        = wdata_i;
    assign hint         = hint_front;
    assign ready_o      = answered;
    assign front_rdata1 = rdata1;
    assign front_rdata2 = rdata2;
  end
  assign answered = go && done == '1;

  // ---- Arrays
  logic [Arrays*64-1:0] events;
  logic [Arrays-1:0] errors;
  logic [Arrays*Width-1:0] array_rdata1, array_rdata2;
  if (IsFf) begin : g_ff
    sky_rf_ff #(
      .Width(Width)
    ) u_ff (
      .clk_i   (clk_i),
      .rst_ni  (rst_ni),
      .want_i  (want),
      .reg_i   (regs),
      .wdata_i (wdata),
      .rdata1_o(array_rdata1),
      .rdata2_o(array_rdata2),
      .events_o(events)
    );
    assign at_rest = '1;
    assign settles = '1;
    assign done    = '1;
    assign errors  = '0;
  end else begin : g_arrays
    // Where each access goes.
    logic [14:0] position, hint_position;
    sky_rf_placement u_placement (
      .clk_i          (clk_i),
      .rst_ni         (rst_ni),
      .place_i        (place_i),
      .place_reg_i    (place_reg_i),
      .place_pos_i    (place_pos_i),
      .hold_i         (valid_i && !ready_o),
      .look_i         (want != '0),
      .reg_i          (regs),
      .position_o     (position),
      .hint_look_i    (hint != '0),
      .hint_reg_i     (hint_reg),
      .hint_position_o(hint_position)
    );

    // Dual: which array each register is in.
    logic [31:0] in_vertical_q;
    initial in_vertical_q = '0;
    if (IsDual) begin : g_where
      always_ff @(posedge clk_i) begin
        if (rst_ni && answered && want[0]) in_vertical_q[regs[4:0]] <= mode_q;
      end
    end

    logic [2:0] to_vertical, hint_to_vertical;
    always_comb begin
      to_vertical      = '0;
      hint_to_vertical = '0;
      if (IsDual) begin
        for (int unsigned i = 0; i < 3; i++) begin
          to_vertical[i] = (i == 0 || (want[0] && regs[5*i+:5] == regs[4:0])) ? mode_q : in_vertical_q[regs[5*i+:5]];
          hint_to_vertical[i] = (i == 0) ? mode_q : in_vertical_q[hint_reg[5*i+:5]];
        end
      end
    end

    for (genvar b = 0; b < Arrays; b++) begin : g_array
      localparam int unsigned Passes = (IsVertical || IsDynamic || (IsDual && b == 1)) ? 1 : 0;
      localparam int unsigned Heads  = (IsDynamic || Passes == 0) ? 1 : 0;
      localparam int unsigned FirstDomain = b * BankDomains;
      localparam logic [5:0] First = (Kind == 1) ? FirstDomain[5:0] : 6'd0;
      logic [2:0] here;
      logic hint_here;
      logic [3*DomainWidth-1:0] domain;
      logic [DomainWidth-1:0] hint_domain;
      always_comb begin
        here        = want;
        domain      = '0;
        hint_here   = 1'b0;
        hint_domain = '0;
        if (want != '0) begin
          for (int unsigned i = 0; i < 3; i++) begin
            domain[i*DomainWidth+:DomainWidth] = position[5*i+:DomainWidth];
            if (Kind == 1 && (({1'b0, position[5*i+:5]} ^ First) >> DomainWidth) != '0) here[i] = 1'b0;
          end
          if (IsDual) here = want & ((b == 1) ? to_vertical : ~to_vertical);
        end
        if (Heads != 0 && hint != '0) begin
          for (int unsigned i = 3; i > 0; i--) begin
            if (hint[i-1] && !(Kind == 1 && (({1'b0, hint_position[5*(i-1)+:5]} ^ First) >> DomainWidth) != '0) &&
                !(IsDual && hint_to_vertical[i-1])) begin
              hint_here   = 1'b1;
              hint_domain = hint_position[5*(i-1)+:DomainWidth];
            end
          end
        end
      end
      sky_rf_array #(
        .Width (Width),
        .D     (BankDomains / Ports),
        .S     (Ports),
        .Heads (Heads),
        .Passes(Passes),
        .Guard (Guard)
      ) u_array (
        .clk_i           (clk_i),
        .rst_ni          (rst_ni),
        .vertical_i      (IsDynamic ? mode_q : Passes != 0),
        .rewind_i        (rewind_q),
        .nearest_first_i (nearest_first_q),
        .preshift_i      (preshift_q),
        .eager_i         (eager_q),
        .check_position_i(check_position_q),
        .want_i          (here),
        .reg_i           (regs),
        .domain_i        (domain),
        .wdata_i         (wdata),
        .answered_i      (answered),
        .hint_i          (hint_here),
        .hint_domain_i   (hint_domain),
        .home_i          (home || change),
        .slip_i          (slip_i[b*2*Width+:2*Width]),
        .done_o          (done[b]),
        .rdata1_o        (array_rdata1[b*Width+:Width]),
        .rdata2_o        (array_rdata2[b*Width+:Width]),
        .at_rest_o       (at_rest[b]),
        .settles_o       (settles[b]),
        .events_o        (events[b*64+:64]),
        .error_o         (errors[b])
      );
    end
  end
  always_comb begin
    rdata1 = '0;
    rdata2 = '0;
    for (int unsigned b = 0; b < Arrays; b++) begin
      rdata1 = rdata1 | array_rdata1[b*Width+:Width];
      rdata2 = rdata2 | array_rdata2[b*Width+:Width];
    end
  end

  // ---- What is counted.
  logic [87:0] sums;
  always_comb begin
    sums = '0;
    if (events != '0) begin
      for (int unsigned b = 0; b < Arrays; b++) begin
        for (int unsigned k = 0; k < 8; k++) sums[11*k+:11] = sums[11*k+:11] + {3'd0, events[64*b+8*k+:8]};
      end
    end
  end
  sky_rf_counters u_counters (
    .clk_i     (clk_i),
    .rst_ni    (rst_ni),
    .events_i  (sums),
    .switch_i  (switched),
    .stall_i   (switch_i ? !switch_ready_o : valid_i && !ready_o),
    .counters_o(counters_o)
  );
  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      machine_check_o <= 1'b0;
      track_error_o   <= 1'b0;
    end else begin
      if (sums[87:77] != '0) machine_check_o <= 1'b1;
      if (errors != '0) track_error_o <= 1'b1;
    end
  end

`ifndef SYNTHESIS
  initial begin
    if (Kind > 4) $fatal(1, "Kind is %0d, expected 0 to 4", Kind);
    if (Width != 32 && Width != 64) $fatal(1, "Width is %0d, expected 32 or 64", Width);
    if (Ports * Banks > 8) $fatal(1, "Ports * Banks is %0d, expected at most 8", Ports * Banks);
    if (Buffer > 4) $fatal(1, "Buffer is %0d, expected 0 to 4", Buffer);
  end
`endif
  `SKY_ASSERT(EveryPulseIsLegalUnlessTracksSlip, Guard != 0 || errors == '0)
  `SKY_ASSERT(RequestIsStableUntilAnswered,
              valid_i && !ready_o |=> valid_i && $stable({write_i, rd_i, wdata_i, read1_i, rs1_i, read2_i, rs2_i}))
  `SKY_ASSERT(HintsAreStableUntilAnswered,
              valid_i && !ready_o && preshift_q |=>
              $stable({hint_write_i, hint_rd_i, hint_read1_i, hint_rs1_i, hint_read2_i, hint_rs2_i}))
  `SKY_ASSERT(SwitchIsStableUntilAnswered, switch_i && !switch_ready_o |=> switch_i && $stable(mode_i))
  `SKY_ASSERT(BufferFits, {29'd0, buffer_q} <= Buffer)

endmodule
