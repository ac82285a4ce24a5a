// Register files of many shapes in one module, for simulation: sky_regfile's ports, and select_i, which says whose they
// are. Each variant has a clock of its own, so that a simulator spends its time on the one that is selected: clock that
// one and leave the other clocks still. A run keeps to one variant; reset comes before its first request.
//
//   0 flip-flops             4 dynamic, 2 ports     8 horizontal, 4 banks     12 dynamic, guarded
//   1 horizontal             5 dynamic, 4 ports     9 horizontal, 8 banks     13 horizontal, 4 banks, guarded
//   2 vertical               6 dynamic, 8 ports    10 dual
//   3 dynamic                7 horizontal, 2 banks 11 horizontal, guarded
//
// All of Width 32 with a Buffer of 4 entries, of which buffer_i says how many are in use; one port and one bank where
// nothing else is said. The same list: sysc/bridge/rf_variants.hpp. Slips: those of the first tracks, as many as the
// variant has. Not for synthesis.
//
// Sampled is for a master whose registers have another clock: what a variant sees then comes from flip-flops of its own
// clock's falling edge, so that a simulator has nothing to do for a variant whose clock stands still. The inputs of a
// cycle are there before its falling edge; the reset ends with one.
module sky_regfile_lab #(
  parameter int unsigned Buffer  = 4,
  parameter int unsigned Sampled = 0,  // 1: inputs pass flip-flops of the falling edge
  localparam int unsigned Variants  = 14,
  localparam int unsigned Width     = 32,
  localparam int unsigned MaxTracks = 128  // of a guarded variant
) (
  input  logic [Variants-1:0]    clk_rf_i,
  input  logic                   rst_ni,
  input  logic [3:0]             select_i,

  input  logic                   rewind_i,
  input  logic                   eager_i,
  input  logic                   nearest_first_i,
  input  logic                   forward_i,
  input  logic                   preshift_i,
  input  logic [2:0]             buffer_i,
  input  logic                   check_position_i,

  input  logic                   valid_i,
  input  logic                   write_i,
  input  logic [4:0]             rd_i,
  input  logic [Width-1:0]       wdata_i,
  input  logic                   read1_i,
  input  logic [4:0]             rs1_i,
  input  logic                   read2_i,
  input  logic [4:0]             rs2_i,
  output logic                   ready_o,
  output logic [Width-1:0]       rdata1_o,
  output logic [Width-1:0]       rdata2_o,

  input  logic                   hint_write_i,
  input  logic [4:0]             hint_rd_i,
  input  logic                   hint_read1_i,
  input  logic [4:0]             hint_rs1_i,
  input  logic                   hint_read2_i,
  input  logic [4:0]             hint_rs2_i,

  input  logic                   switch_i,
  input  logic                   mode_i,
  output logic                   switch_ready_o,
  output logic                   mode_o,
  input  logic                   place_i,
  input  logic [4:0]             place_reg_i,
  input  logic [4:0]             place_pos_i,
  output logic                   busy_o,

  input  logic [2*MaxTracks-1:0] slip_i,
  output logic [639:0]           counters_o,
  output logic                   machine_check_o,
  output logic                   track_error_o
);

  function automatic int unsigned kind_of(input int unsigned v);
    if (v == 0) return 0;
    if (v == 2) return 2;
    if ((v >= 3 && v <= 6) || v == 12) return 3;
    return (v == 10) ? 4 : 1;
  endfunction
  function automatic int unsigned ports_of(input int unsigned v);
    return (v >= 4 && v <= 6) ? 1 << (v - 3) : 1;
  endfunction
  function automatic int unsigned banks_of(input int unsigned v);
    if (v == 13) return 4;
    return (v >= 7 && v <= 9) ? 1 << (v - 6) : 1;
  endfunction
  function automatic int unsigned guard_of(input int unsigned v);
    return (v >= 11) ? 1 : 0;
  endfunction

  logic [Variants-1:0] ready, switch_ready, mode, busy, machine_check, track_error;
  logic [Width-1:0] rdata1[Variants];
  logic [Width-1:0] rdata2[Variants];
  logic [639:0] counters[Variants];
  for (genvar v = 0; v < Variants; v++) begin : g_variant
    localparam int unsigned Kind   = kind_of(v);
    localparam int unsigned Banks  = banks_of(v);
    localparam int unsigned Guard  = guard_of(v);
    localparam int unsigned Tracks = ((Kind == 1) ? Banks : (Kind == 4) ? 2 : 1) * Width;
    logic selected;
    assign selected = select_i == v;

    // What this variant sees.
    logic rst_n, valid, write, read1, read2, hint_write, hint_read1, hint_read2, switch, to_mode, place;
    logic [4:0] rd, rs1, rs2, hint_rd, hint_rs1, hint_rs2, place_reg, place_pos;
    logic [Width-1:0] wdata;
    logic [2*Tracks-1:0] slip;
    if (Sampled != 0) begin : g_sampled
      always_ff @(negedge clk_rf_i[v] or negedge rst_ni) begin
        if (!rst_ni) rst_n <= 1'b0;
        else rst_n <= 1'b1;
      end
      always_ff @(negedge clk_rf_i[v]) begin
        valid      <= valid_i && selected;
        write      <= write_i;
        rd         <= rd_i;
        wdata      <= wdata_i;
        read1      <= read1_i;
        rs1        <= rs1_i;
        read2      <= read2_i;
        rs2        <= rs2_i;
        hint_write <= hint_write_i && selected;
        hint_rd    <= hint_rd_i;
        hint_read1 <= hint_read1_i && selected;
        hint_rs1   <= hint_rs1_i;
        hint_read2 <= hint_read2_i && selected;
        hint_rs2   <= hint_rs2_i;
        switch     <= switch_i && selected;
        to_mode    <= mode_i;
        place      <= place_i && selected;
        place_reg  <= place_reg_i;
        place_pos  <= place_pos_i;
      end
    end else begin : g_direct
      assign rst_n      = rst_ni;
      assign valid      = valid_i && selected;
      assign write      = write_i;
      assign rd         = rd_i;
      assign wdata      = wdata_i;
      assign read1      = read1_i;
      assign rs1        = rs1_i;
      assign read2      = read2_i;
      assign rs2        = rs2_i;
      assign hint_write = hint_write_i && selected;
      assign hint_rd    = hint_rd_i;
      assign hint_read1 = hint_read1_i && selected;
      assign hint_rs1   = hint_rs1_i;
      assign hint_read2 = hint_read2_i && selected;
      assign hint_rs2   = hint_rs2_i;
      assign switch     = switch_i && selected;
      assign to_mode    = mode_i;
      assign place      = place_i && selected;
      assign place_reg  = place_reg_i;
      assign place_pos  = place_pos_i;
    end
    if (Guard == 0) begin : g_no_slip
      assign slip = '0;
    end else if (Sampled != 0) begin : g_sampled_slip
      always_ff @(negedge clk_rf_i[v]) begin
        slip <= slip_i[2*Tracks-1:0];
      end
    end else begin : g_slip
      assign slip = slip_i[2*Tracks-1:0];
    end
    sky_regfile #(
      .Kind  (Kind),
      .Width (Width),
      .Ports (ports_of(v)),
      .Banks (Banks),
      .Buffer(Buffer),
      .Guard (Guard)
    ) u_regfile (
      .clk_i           (clk_rf_i[v]),
      .rst_ni          (rst_n),
      .rewind_i        (rewind_i),
      .eager_i         (eager_i),
      .nearest_first_i (nearest_first_i),
      .forward_i       (forward_i),
      .preshift_i      (preshift_i),
      .buffer_i        (buffer_i),
      .check_position_i(check_position_i),
      .valid_i         (valid),
      .write_i         (write),
      .rd_i            (rd),
      .wdata_i         (wdata),
      .read1_i         (read1),
      .rs1_i           (rs1),
      .read2_i         (read2),
      .rs2_i           (rs2),
      .ready_o         (ready[v]),
      .rdata1_o        (rdata1[v]),
      .rdata2_o        (rdata2[v]),
      .hint_write_i    (hint_write),
      .hint_rd_i       (hint_rd),
      .hint_read1_i    (hint_read1),
      .hint_rs1_i      (hint_rs1),
      .hint_read2_i    (hint_read2),
      .hint_rs2_i      (hint_rs2),
      .switch_i        (switch),
      .mode_i          (to_mode),
      .switch_ready_o  (switch_ready[v]),
      .mode_o          (mode[v]),
      .place_i         (place),
      .place_reg_i     (place_reg),
      .place_pos_i     (place_pos),
      .busy_o          (busy[v]),
      .slip_i          (slip),
      .counters_o      (counters[v]),
      .machine_check_o (machine_check[v]),
      .track_error_o   (track_error[v])
    );
  end

  assign ready_o         = ready[select_i];
  assign rdata1_o        = rdata1[select_i];
  assign rdata2_o        = rdata2[select_i];
  assign switch_ready_o  = switch_ready[select_i];
  assign mode_o          = mode[select_i];
  assign busy_o          = busy[select_i];
  assign counters_o      = counters[select_i];
  assign machine_check_o = machine_check[select_i];
  assign track_error_o   = track_error[select_i];

endmodule
